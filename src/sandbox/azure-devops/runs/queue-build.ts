import { parse } from 'yaml';
import { z } from 'zod';
import { DESIRED_BRANCH } from '../../../pipeline/contract.ts';
import { badRequest } from '../azure-error.ts';
import type { Build } from '../build.ts';
import { gitPath } from '../git/tree.ts';
import { newGuid } from '../guid.ts';
import { AZURE_DEVOPS, type Identity } from '../identity.ts';
import type { Definition } from '../model.ts';
import { nextNumber, nowOf, record, type World } from '../world.ts';
import { projectById } from '../http/links.ts';
import { yamlFileOf } from '../yaml-file.ts';
import { addStages } from './timeline.ts';

export type QueueRequest = {
  definition: Definition;
  reason: Build['reason'];
  requestedBy: Identity;
  sourceBranch?: string | undefined;
  templateParameters: Record<string, string>;
};

/** A new run, waiting for an agent. Throws when the parameters or the YAML are refused. */
export async function queueBuild(world: World, request: QueueRequest): Promise<Build> {
  if (request.definition.queueStatus === 'disabled')
    throw badRequest(`Pipeline ${request.definition.name} is disabled.`, 'DefinitionDisabledException');
  const source = await readSource(world, request);
  if (source.error && request.reason === 'manual') throw invalidPipeline(source.error);
  checkParameters(request, source.text);
  const build = newBuild(world, request, source);
  world.builds.set(build.id, build);
  addStages(world, build);
  const mode = build.templateParameters['mode'] ?? null;
  const syncRequestId = build.templateParameters['syncRequestId'] ?? null;
  const by = request.requestedBy.displayName;
  record(world, build, 'queued', { reason: build.reason, by, mode, syncRequestId });
  // A schedule cannot be told no: its run is there, failed, without ever having had a plan.
  if (source.error) refuse(world, build, source.error);
  else world.agents.start(build);
  return build;
}

export const invalidPipeline = (message: string) => badRequest(message, 'PipelineValidationException');

const yamlParameters = z.object({
  parameters: z.array(z.looseObject({ name: z.string(), values: z.array(z.string()).nullish() })).nullish(),
});

/** Names and values that the pipeline's own `parameters:` allow. */
function checkParameters({ definition, templateParameters }: QueueRequest, text: string): void {
  const declared = yamlParameters.safeParse(parseOrNull(text)).data?.parameters ?? [];
  for (const [name, value] of Object.entries(templateParameters)) {
    const parameter = declared.find((one) => one.name === name);
    if (!parameter) throw invalidPipeline(`Unexpected parameter '${name}'`);
    const { values } = parameter;
    if (values && !values.includes(value)) {
      throw invalidPipeline(
        `${yamlFileOf(definition)}: The '${name}' parameter value '${value}' is not a valid value. Allowed values: ${values.join(', ')}.`,
      );
    }
  }
}

type Source = { branch: string; commit: string; text: string; error: string | null };

async function readSource(world: World, { definition, sourceBranch }: QueueRequest): Promise<Source> {
  const branch = (sourceBranch || `refs/heads/${DESIRED_BRANCH}`).replace(/^refs\/heads\//, '');
  const path = yamlFileOf(definition);
  const repository = world.git.repository(definition.repositoryId);
  const commit = await repository.head(branch);
  if (commit === null)
    throw invalidPipeline(`Could not find the branch ${branch} of the pipeline's repository.`);
  const file = (await repository.filesOfCommit(commit)).get(gitPath(path));
  const text = (file && (await repository.readBlob(file.oid))?.toString('utf8')) ?? '';
  const error = text ? yamlError(path, text) : `File ${path} not found in branch ${branch}.`;
  return { branch: `refs/heads/${branch}`, commit, text, error };
}

function yamlError(path: string, text: string): string | null {
  try {
    parse(text);
    return null;
  } catch (error) {
    return `${path}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function parseOrNull(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return null;
  }
}

function newBuild(world: World, request: QueueRequest, source: Source): Build {
  const at = nowOf(world);
  const { definition, reason, requestedBy } = request;
  return {
    id: nextNumber(world, 'build'),
    organization: projectById(world, definition.projectId).organization,
    projectId: definition.projectId,
    definitionId: definition.id,
    buildNumber: buildNumber(world, definition, at),
    reason,
    status: 'notStarted',
    result: null,
    queueTime: at,
    startTime: null,
    finishTime: null,
    lastChangedDate: at,
    lastChangedBy: requestedBy,
    requestedBy,
    requestedFor: requestedBy,
    canceledBy: null,
    sourceBranch: source.branch,
    sourceVersion: source.commit,
    templateParameters: request.templateParameters,
    validationErrors: source.error ? [source.error] : [],
    tags: [],
    properties: {},
    isDeleted: false,
    planId: newGuid(),
    timelineId: newGuid(),
    changeId: 0,
    records: [],
    pastTimelines: [],
    logs: [],
    attachments: [],
    artifacts: [],
    approvals: [],
    changesNeeded: null,
    stagesToCancel: [],
    phase: 'QUEUED',
    phaseSince: at,
  };
}

/** `20261123.4`: the fourth run of that pipeline on that day. */
function buildNumber(world: World, definition: Definition, at: string): string {
  const day = at.slice(0, 10).replaceAll('-', '');
  let today = 1;
  for (const build of world.builds.values()) {
    if (build.definitionId === definition.id && build.buildNumber.startsWith(`${day}.`)) today += 1;
  }
  return `${day}.${today}`;
}

function refuse(world: World, build: Build, message: string): void {
  const at = nowOf(world);
  const end = {
    status: 'completed',
    result: 'failed',
    startTime: at,
    finishTime: at,
    phase: 'FINISHED',
  } as const;
  Object.assign(build, end, { phaseSince: at, records: [], lastChangedBy: AZURE_DEVOPS });
  world.files.buildChanged(build);
  record(world, build, 'finished', { result: 'failed', why: message });
}
