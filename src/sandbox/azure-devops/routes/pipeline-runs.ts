import { posix } from 'node:path';
import { z } from 'zod';
import { badRequest, notFound } from '../azure-error.ts';
import type { Build } from '../build.ts';
import { json, list, text } from '../http/answer.ts';
import { param, projectOf, type AzureRoute, type Call } from '../http/router.ts';
import { readTextFiles } from '../git/read-files.ts';
import { gitPath } from '../git/tree.ts';
import type { Definition } from '../model.ts';
import { mustBeAllowed, queueRight } from '../permissions.ts';
import { queueBuild } from '../runs/queue-build.ts';
import { yamlFileOf } from '../yaml-file.ts';
import { definitionIn, pipelineReference } from './definitions.ts';
import { buildIn } from './find.ts';
import { buildUrl, buildWebUrl } from '../http/links.ts';

const RUNS = 'pipelines/{pipeline}/runs';

/** The same runs as `build/builds`, in the words of the newer, smaller API. */
export const pipelineRunRoutes: readonly AzureRoute[] = [
  { method: 'GET', pattern: RUNS, handle: listRuns },
  { method: 'POST', pattern: RUNS, handle: run },
  { method: 'GET', pattern: `${RUNS}/{build}`, handle: readRun },
  { method: 'GET', pattern: `${RUNS}/{build}/logs`, handle: listLogs },
  { method: 'GET', pattern: `${RUNS}/{build}/logs/{log}`, handle: readLog },
  { method: 'POST', pattern: 'pipelines/{pipeline}/preview', handle: preview },
];

const pipelineIn = (call: Call): Definition => definitionIn(call, projectOf(call), param(call, 'pipeline'));

function buildOfPipeline(call: Call): Build {
  const build = buildIn(call);
  if (build.definitionId === pipelineIn(call).id && !build.isDeleted) return build;
  throw notFound(
    `Run ${build.id} of pipeline ${param(call, 'pipeline')} was not found.`,
    'RunNotFoundException',
  );
}

const body = z.looseObject({
  resources: z
    .looseObject({
      repositories: z.record(z.string(), z.looseObject({ refName: z.string().nullish() })).nullish(),
    })
    .nullish(),
  templateParameters: z.record(z.string(), z.string()).nullish(),
  previewRun: z.boolean().nullish(),
});

async function run(call: Call) {
  const definition = pipelineIn(call);
  const request = await call.request.body(body);
  mustBeAllowed(call, queueRight(definition), 'Queue builds');
  if (request.previewRun) return json({ finalYaml: await yamlOf(call, definition) });
  const build = await queueBuild(call.world, {
    definition,
    reason: 'manual',
    requestedBy: call.caller.identity,
    sourceBranch: request.resources?.repositories?.['self']?.refName ?? undefined,
    templateParameters: request.templateParameters ?? {},
  });
  return json(runWire(call, build));
}

async function preview(call: Call) {
  await call.request.body(body.optional());
  return json({ finalYaml: await yamlOf(call, pipelineIn(call)) });
}

/** Azure puts the templates in their places; here it is enough that they are there. */
async function yamlOf({ world }: Call, definition: Definition): Promise<string> {
  const repository = world.git.repository(definition.repositoryId);
  const head = await repository.head('main');
  const files = head ? await readTextFiles(repository, head) : new Map<string, string>();
  const entry = gitPath(yamlFileOf(definition));
  mustHaveTemplates(files, entry, `${world.options.baseUrl()} branch refs/heads/main version ${head}`);
  return files.get(entry) ?? '';
}

const TEMPLATES = /^\s*(?:-\s+)?template:\s*(\S+)\s*$/gm;

function mustHaveTemplates(files: ReadonlyMap<string, string>, path: string, where: string): void {
  for (const [, name = ''] of (files.get(path) ?? '').matchAll(TEMPLATES)) {
    const template = posix.join(posix.dirname(path), name);
    if (!files.has(template))
      throw badRequest(
        `/${path}: File /${template} not found in repository ${where}.`,
        'PipelineValidationException',
      );
    mustHaveTemplates(files, template, where);
  }
}

function listRuns(call: Call) {
  const { id } = pipelineIn(call);
  const runs = [...call.world.builds.values()].filter(
    (build) => build.definitionId === id && !build.isDeleted,
  );
  return list(
    runs
      .reverse()
      .slice(0, 10_000)
      .map((build) => runWire(call, build)),
  );
}

function readRun(call: Call) {
  const build = buildOfPipeline(call);
  return json({ ...runWire(call, build), ...resources(build, pipelineIn(call)) });
}

const RESULTS = {
  succeeded: 'succeeded',
  partiallySucceeded: 'succeeded',
  failed: 'failed',
  canceled: 'canceled',
} as const;
const STATES = {
  notStarted: 'inProgress',
  inProgress: 'inProgress',
  cancelling: 'canceling',
  completed: 'completed',
} as const;

function runWire(call: Call, build: Build) {
  const pipeline = pipelineReference(call.world, pipelineIn(call));
  const url = `${pipeline.url.split('?')[0]}/runs/${build.id}`;
  return {
    _links: {
      self: { href: url },
      web: { href: buildWebUrl(call.world, build) },
      'pipeline.web': {
        href: `${buildWebUrl(call.world, build).split('/results')[0]}/definition?definitionId=${build.definitionId}`,
      },
      pipeline: { href: pipeline.url },
    },
    templateParameters: build.templateParameters,
    pipeline,
    state: STATES[build.status],
    ...(build.result ? { result: RESULTS[build.result] } : {}),
    createdDate: build.queueTime,
    ...(build.finishTime ? { finishedDate: build.finishTime } : {}),
    url,
    id: build.id,
    name: build.buildNumber,
  };
}

const resources = (build: Build, definition: Definition) => ({
  resources: {
    repositories: {
      self: {
        repository: { id: definition.repositoryId, type: 'azureReposGit' },
        refName: build.sourceBranch,
        version: build.sourceVersion,
      },
    },
  },
});

function listLogs(call: Call) {
  const build = buildOfPipeline(call);
  const url = `${buildUrl(call.world, build)}/logs`;
  const logs = build.logs.map(({ id, lines, createdOn, lastChangedOn }) => ({
    id,
    lineCount: lines.length,
    createdOn,
    lastChangedOn,
    url: `${url}/${id}`,
  }));
  return json({ logs, url });
}

function readLog(call: Call) {
  const build = buildOfPipeline(call);
  const log = build.logs.find(({ id }) => String(id) === param(call, 'log'));
  if (!log)
    throw notFound(`The log ${param(call, 'log')} of run ${build.id} was not found.`, 'LogNotFoundException');
  return text(log.lines.join('\n'));
}
