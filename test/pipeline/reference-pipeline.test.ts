import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readSchedules } from '../../src/azure-devops/tenant-files.ts';
import {
  DEFAULT_NAMES,
  MODE_PARAMETERS,
  STAGE_IDENTIFIERS,
  SYNC_STAGES,
  type SyncMode,
} from '../../src/pipeline/contract.ts';
import { referencePipeline } from '../../src/pipeline/reference-pipeline.ts';
import { conditionHolds, type StageResult } from './azure-conditions.ts';

const SETTINGS = {
  apiUrl: 'https://sync.contoso.example',
  feedUrl: 'https://pkgs.dev.azure.com/contoso/_packaging/it/npm/registry/',
  schedule: '30 4 * * 1-5',
  backupOnly: false,
  repository: 'contoso-test',
};

/**
 * What Azure's schema says of the parts that are used here; anything else is a slip of the pen. No package brings that
 * schema: azure-pipelines-language-service has what reads one, and its editors bring the schema themselves.
 */
const step = z.union([
  z.strictObject({ checkout: z.literal('none') }),
  z.strictObject({ download: z.literal('none') }),
  z.strictObject({
    bash: z.string(),
    displayName: z.string(),
    env: z.record(z.string(), z.string()),
  }),
  z.strictObject({
    task: z.string().regex(/^\w+@\d+$/),
    name: z.string().regex(/^\w+$/).optional(),
    displayName: z.string(),
    inputs: z.record(z.string(), z.union([z.string(), z.boolean()])),
    env: z.record(z.string(), z.string()).optional(),
  }),
]);
const limits = { timeoutInMinutes: z.number(), cancelTimeoutInMinutes: z.number() };
const job = z.strictObject({ job: z.string(), ...limits, steps: z.array(step) });
const deployment = z.strictObject({
  deployment: z.string(),
  ...limits,
  environment: z.string(),
  strategy: z.strictObject({
    runOnce: z.strictObject({ deploy: z.strictObject({ steps: z.array(step) }) }),
  }),
});
const pipeline = z.strictObject({
  name: z.string(),
  trigger: z.literal('none'),
  pr: z.literal('none'),
  schedules: z
    .array(
      z.strictObject({
        cron: z.string(),
        displayName: z.string(),
        branches: z.strictObject({ include: z.array(z.string()) }),
        always: z.boolean(),
      }),
    )
    .optional(),
  parameters: z.array(
    z.strictObject({
      name: z.string(),
      displayName: z.string(),
      type: z.literal('string'),
      default: z.string(),
      values: z.array(z.string()).optional(),
    }),
  ),
  pool: z.strictObject({ vmImage: z.string() }),
  stages: z.array(
    z.strictObject({
      stage: z.string(),
      displayName: z.string(),
      dependsOn: z.union([z.string(), z.array(z.string())]),
      condition: z.string().optional(),
      jobs: z.array(z.union([job, deployment])).length(1),
    }),
  ),
});

type Values = Record<string, unknown>;

/** Azure's template expressions, as far as these files use them: parameters, and lists of a template's items. */
function expand(value: unknown, values: Values, files: Map<string, string>): unknown {
  if (typeof value === 'string') return fill(value, values);
  if (Array.isArray(value)) return value.flatMap((item) => expandItem(item, values, files));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, expand(member, values, files)]),
  );
}

function expandItem(item: unknown, values: Values, files: Map<string, string>): unknown[] {
  const { template, parameters } = (item ?? {}) as { template?: string; parameters?: Values };
  if (template === undefined) return [expand(item, values, files)];
  const name = `Pipeline/${template.replace('Pipeline/', '')}`;
  const file = parse(files.get(name) ?? '') as Values & { parameters: { name: string }[] };
  const given = expand(parameters, values, files) as Values;
  // Azure refuses a parameter that the template does not declare, and one that it misses.
  expect(Object.keys(given).sort()).toEqual(file.parameters.map((each) => each.name).sort());
  return expand(file.stages ?? file.steps, given, files) as unknown[];
}

function fill(text: string, values: Values): unknown {
  const whole = /^\$\{\{ parameters\.(\w+) \}\}$/.exec(text)?.[1];
  if (whole !== undefined) return values[whole];
  return text.replace(/\$\{\{ parameters\.(\w+) \}\}/g, (_all, name: string) => {
    expect(values).toHaveProperty(name);
    const value = values[name];
    return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);
  });
}

function pipelineOf(
  settings: typeof SETTINGS | (Omit<typeof SETTINGS, 'schedule'> & { schedule: null }),
  mode = 'full',
) {
  const files = referencePipeline(settings);
  const entry = parse(files.get(DEFAULT_NAMES.pipelineFile.slice(1)) ?? '') as Values;
  const values = { mode, syncRequestId: ' ', comment: ' ' };
  const { parameters, ...rest } = entry;
  return pipeline.parse({ ...(expand(rest, values, files) as Values), parameters });
}

test('The files are a pipeline that Azure takes, with templates that get what they declare', () => {
  const { stages, parameters } = pipelineOf(SETTINGS);
  expect(stages.map(({ stage }) => stage)).toEqual(SYNC_STAGES.map((stage) => STAGE_IDENTIFIERS[stage]));
  expect(parameters.map(({ name }) => name)).toEqual(['syncRequestId', 'comment', 'mode']);
  expect(parameters[2]?.values).toEqual(Object.values(MODE_PARAMETERS));
});

test('The tenant, its gate and its connection belong together by name; the deployment alone is behind the gate', () => {
  const { stages } = pipelineOf(SETTINGS);
  const jobs = stages.flatMap((stage) => stage.jobs);
  expect(jobs.map((each) => ('deployment' in each ? each.environment : null))).toEqual([
    ...[null, null, null],
    DEFAULT_NAMES.environmentOf('contoso-test'),
  ]);
  const tasks = jobs
    .flatMap((each) => ('steps' in each ? each.steps : each.strategy.runOnce.deploy.steps))
    .filter((each) => 'task' in each && each.task === 'AzureCLI@2');
  expect(tasks).toMatchObject(
    SYNC_STAGES.map((stage) => ({
      name: STAGE_IDENTIFIERS[stage],
      inputs: {
        azureSubscription: DEFAULT_NAMES.serviceConnectionOf('contoso-test'),
        inlineScript: `exec npx --yes tenant-sync-agent@0.1.0 ${stage.toLowerCase()}`,
      },
      env: { TENANT_SYNC_API: 'https://sync.contoso.example', TENANT_SYNC_MODE: 'full' },
    })),
  );
});

test('Nothing that a person types reaches a script', () => {
  for (const text of referencePipeline(SETTINGS).values())
    for (const line of text.split('\n').filter((each) => /inlineScript:|bash:/.test(each)))
      expect(line).not.toMatch(/\$\{\{ parameters\.(?!command)|\$\(/);
});

test('A schedule is written as the API reads it; without one there is none', () => {
  const entry = (schedule: string | null) =>
    referencePipeline({ ...SETTINGS, schedule }).get('azure-pipelines.yml') ?? '';
  expect(readSchedules(entry('30 4 * * 1-5'))).toEqual(['30 4 * * 1-5']);
  expect(readSchedules(entry(null))).toEqual([]);
  expect(pipelineOf({ ...SETTINGS, schedule: null }).schedules).toBeUndefined();
});

describe('The conditions of the stages', () => {
  const results: StageResult[] = ['Succeeded', 'SucceededWithIssues', 'Skipped', 'Failed', 'Canceled'];
  const modes = Object.entries(MODE_PARAMETERS) as [SyncMode, string][];
  const cases = results.flatMap((before) => modes.map(([mode, word]) => ({ before, mode, word })));

  test.each(cases)('after $before in mode $word', ({ before, mode, word }) => {
    for (const backupOnly of [false, true])
      for (const changesNeeded of ['true', 'false', '']) {
        const { stages } = pipelineOf({ ...SETTINGS, backupOnly }, word);
        const runs = (index: number) =>
          conditionHolds(stages[index]?.condition ?? '', {
            before,
            outputs: { 'Sync.Preview.changesNeeded': changesNeeded },
          });
        const goesOn = before !== 'Failed' && before !== 'Canceled';
        expect([runs(1), runs(2), runs(3)]).toEqual([
          goesOn,
          goesOn && mode !== 'BACKUP_ONLY',
          goesOn && mode === 'FULL' && !backupOnly && changesNeeded !== 'false',
        ]);
      }
  });
});
