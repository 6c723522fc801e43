import { parse } from 'yaml';
import { z } from 'zod';
import { route } from '../azure-devops/ask.ts';
import { layFiles, layPipeline } from '../azure-devops/lay-pipeline.ts';
import { withoutSlash } from '../azure-devops/repositories.ts';
import { DEFAULT_NAMES, DESIRED_BRANCH, MODE_PARAMETERS } from '../pipeline/contract.ts';
import { namesExampleFeed, withFeed } from '../pipeline/reference-pipeline.ts';
import { previewPipeline } from './preview-pipeline.ts';
import { type Fix, ok, together, type Verdict, warning, wrong } from './finding.ts';
import { isBackupOnly, type Tenant } from './tenant-facts.ts';

/** As in the reference pipeline; UTC. */
const NIGHTLY = '0 3 * * *';

/** The pipeline is there, belongs to the repository, and may be queued. */
export function checkPipeline(tenant: Tenant): Verdict {
  const { pipeline, repository, yaml } = tenant;
  const name = DEFAULT_NAMES.pipelineOf(tenant.name);
  if (!pipeline) {
    const fix = yaml === null ? null : createPipeline(tenant, name);
    return wrong(
      `There is no pipeline "${name}".`,
      `Create it from ${DEFAULT_NAMES.pipelineFile} of the repository.`,
      fix,
    );
  }
  const status = pipeline.queueStatus ?? 'enabled';
  const own = pipeline.repository?.id?.toLowerCase() === repository.repositoryId.toLowerCase();
  return together(
    [
      pipeline.name === name
        ? ok('')
        : warning(
            `The pipeline is called "${pipeline.name}": only those who know it from before find it.`,
            `Rename it to "${name}".`,
          ),
      status === 'enabled'
        ? ok('')
        : wrong(
            `The pipeline is ${status}: nothing can be started.`,
            'Enable it.',
            enablePipeline(tenant, pipeline.id),
          ),
      own
        ? ok('')
        : wrong(
            `The pipeline "${pipeline.name}" belongs to another repository.`,
            'Let it take its YAML from this repository, or rename it.',
          ),
    ],
    `"${name}" is enabled.`,
  );
}

function createPipeline({ project: { connection }, repository, yamlPath }: Tenant, name: string): Fix {
  const { http, project } = connection;
  const body = {
    name,
    folder: '\\',
    configuration: {
      type: 'yaml',
      path: `/${yamlPath}`,
      repository: { id: repository.repositoryId, type: 'azureReposGit' },
    },
  };
  const what = `create the pipeline "${name}"`;
  const ask = { what, method: 'POST', path: route`${project}/_apis/pipelines`, body } as const;
  return { what: `created the pipeline "${name}"`, apply: () => http.read(ask, z.unknown()) };
}

/** Azure DevOps takes a definition only as a whole, with the revision that was read. */
function enablePipeline({ project: { connection } }: Tenant, id: number): Fix {
  const { http, project } = connection;
  const path = route`${project}/_apis/build/definitions/${id}`;
  return {
    what: 'enabled the pipeline',
    apply: async () => {
      const read = { what: `read the pipeline ${id}`, path };
      const definition = await http.read(read, z.record(z.string(), z.unknown()));
      const body = { ...definition, queueStatus: 'enabled' };
      await http.read({ what: `enable the pipeline ${id}`, method: 'PUT', path, body }, z.unknown());
    },
  };
}

const yamlShape = z.object({
  parameters: z
    .array(z.object({ name: z.string(), values: z.array(z.unknown()).nullish() }))
    .nullish()
    .transform((given) => given ?? []),
});

/** The YAML is on the branch that runs, can be read, takes what the API sends, and is a pipeline to Azure DevOps. */
export async function checkPipelineFile(tenant: Tenant): Promise<Verdict> {
  const { yaml, yamlPath } = tenant;
  if (yaml === null) {
    return wrong(
      `There is no /${yamlPath} on ${DESIRED_BRANCH}.`,
      'Put the reference pipeline there (pipelines/sync.yml), or correct the path in the pipeline.',
      layPipelineFile(tenant),
    );
  }
  const parsed = yamlShape.safeParse(parseYaml(yaml));
  if (!parsed.success) {
    const why = parsed.error.issues[0]?.message ?? 'it is no YAML';
    return wrong(
      `/${yamlPath} cannot be read (${why}): Azure DevOps refuses every run.`,
      `Correct it on ${DESIRED_BRANCH}.`,
    );
  }
  const problems = parameterProblems(parsed.data.parameters);
  return together(
    [
      problems.length === 0
        ? ok('')
        : wrong(`/${yamlPath}: ${problems.join(' ')}`, 'Declare them under `parameters:`, as strings.'),
      namesExampleFeed(yaml)
        ? wrong(
            `/${yamlPath} names the feed of the example: no job finds tenant-sync-agent there.`,
            'Publish what `npm run agent:pack` makes to a feed of your organisation, and give its address: --fix --feed <url>.',
            nameFeed(tenant, yaml),
          )
        : ok(''),
      await previewPipeline(tenant),
    ],
    `/${yamlPath} takes the parameters of a sync.`,
  );
}

function nameFeed({ project: { practice }, repository, yamlPath }: Tenant, yaml: string): Fix | null {
  const { feedUrl } = practice;
  if (feedUrl === null) return null;
  const files = new Map([[yamlPath, withFeed(yaml, feedUrl)]]);
  return {
    what: `named the feed in /${yamlPath}`,
    apply: () => layFiles(repository, files, 'Name the feed of tenant-sync-agent [skip ci]'),
  };
}

type Parameter = { name: string; values?: unknown[] | null | undefined };

function parameterProblems(parameters: Parameter[]): string[] {
  const missing = ['syncRequestId', 'comment', 'mode'].filter((name) =>
    parameters.every((parameter) => parameter.name !== name),
  );
  const modes = parameters.find(({ name }) => name === 'mode')?.values;
  const lacking = Object.values(MODE_PARAMETERS).filter((mode) => modes && !modes.includes(mode));
  return [
    ...(missing.length > 0 ? [`The parameters ${missing.join(', ')} are missing.`] : []),
    ...(lacking.length > 0 ? [`The parameter mode does not allow ${lacking.join(', ')}.`] : []),
  ];
}

function parseYaml(text: string): unknown {
  try {
    return parse(text, { logLevel: 'silent' });
  } catch {
    return null;
  }
}

/** Only where it usually lies: what another path means, somebody else decided. */
function layPipelineFile(tenant: Tenant): Fix | null {
  const { project, repository, yamlPath, name } = tenant;
  if (yamlPath !== withoutSlash(DEFAULT_NAMES.pipelineFile)) return null;
  const { publicUrl: apiUrl, feedUrl } = project.practice;
  const backupOnly = isBackupOnly(tenant);
  const settings = { apiUrl, feedUrl, schedule: NIGHTLY, backupOnly, repository: name };
  return {
    what: `put the reference pipeline to /${yamlPath}${feedUrl === null ? ', where the feed is to be filled in' : ''}`,
    apply: () => layPipeline(repository, settings),
  };
}
