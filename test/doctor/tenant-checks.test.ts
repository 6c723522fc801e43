/** Each thing that a tenant needs, broken by an administrator: it is found, told, and mended where it can be made anew. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { treat } from '../../src/doctor/treat.ts';
import { identityId } from '../../src/sandbox/azure-devops/identity.ts';
import { complaints, type Hospital, openHospital, ORGANIZATION, PROJECT } from './hospital.ts';

const TENANT = 'contoso';
const YAML = 'azure-pipelines.yml';
const FEED = 'https://pkgs.dev.azure.com/contoso/_packaging/it/npm/registry/';
const MEGAN = identityId('Megan Bowen');
const GROUP = identityId('Tenant Approvers');
const SUBJECT = `${ORGANIZATION}/${PROJECT}/${TENANT}`;

let hospital: Hospital;
beforeAll(async () => {
  hospital = await openHospital([TENANT, 'neighbour']);
});
afterAll(() => hospital[Symbol.asyncDispose]());

test('A sandbox is well as it comes', async () => {
  const findings = await hospital.examine();
  expect(complaints(findings)).toEqual([]);
  expect(findings.map(({ check }) => check)).toContain('gate');
});

/** Without `mend`, --fix does it. */
type Case = {
  what: string;
  check: string;
  /** Other checks that have to complain, too. */
  also?: string[];
  says: RegExp;
  cause: (hospital: Hospital) => unknown;
  state?: 'warning' | 'wrong';
  mend?: (hospital: Hospital) => unknown;
};

const setCheck =
  (settings: object, more: object = {}) =>
  async ({ check, ask, project }: Hospital) => {
    const present = await check(TENANT);
    await ask('PATCH', `${project}/pipelines/checks/configurations/${present.id}`, {
      settings: { ...present.settings, ...settings },
      ...more,
    });
  };

const setPermission =
  (type: 'environment' | 'endpoint', change: (pipelineId: unknown) => object) =>
  async ({ ask, project, pipeline, environment, connection }: Hospital) => {
    const { id } = type === 'environment' ? await environment(TENANT) : await connection(TENANT);
    const own = await pipeline(TENANT);
    await ask('PATCH', `${project}/pipelines/pipelinePermissions/${type}/${id}`, change(own.id));
  };

const setDefinition =
  (changes: object) =>
  async ({ ask, project, pipeline }: Hospital) => {
    const { id } = await pipeline(TENANT);
    const path = `${project}/build/definitions/${id}`;
    const { process, ...definition } = await ask<{ process: object }>('GET', path);
    await ask('PUT', path, { ...definition, process, ...changes });
  };

const permitNeighbour = (authorized: boolean) => async (h: Hospital) => {
  const { id } = await h.pipeline('neighbour');
  await setPermission('endpoint', () => ({ pipelines: [{ id, authorized }] }))(h);
};

const edit = (path: string, change: (text: string) => string | null) => async (h: Hospital) => {
  const files = await h.sandbox.control.files(TENANT);
  await h.sandbox.control.editFile(TENANT, { path, content: change(files[path] ?? '') });
};

/** Of the pipeline, while they are gone. */
let steps = '';

const CURABLE: Case[] = [
  {
    what: 'the feed is still that of the example',
    check: 'pipeline file',
    says: /names the feed of the example/,
    cause: edit(YAML, (text) => text.replace('/contoso-group/_packaging/', '/example/_packaging/')),
  },
  {
    what: 'the pipeline is gone',
    check: 'pipeline',
    says: /There is no pipeline "contoso - Sync"/,
    cause: async ({ ask, project, pipeline }) =>
      ask('DELETE', `${project}/build/definitions/${(await pipeline(TENANT)).id}`),
  },
  {
    what: 'the pipeline is disabled',
    check: 'pipeline',
    says: /is disabled/,
    cause: setDefinition({ queueStatus: 'disabled' }),
  },
  {
    what: 'the environment is gone',
    check: 'environment',
    also: ['gate'],
    says: /There is no environment "contoso"/,
    cause: async ({ ask, project, environment }) =>
      ask('DELETE', `${project}/distributedtask/environments/${(await environment(TENANT)).id}`),
  },
  {
    what: 'the pipeline may not use the environment',
    check: 'environment',
    says: /may not use the environment/,
    cause: setPermission('environment', (id) => ({ pipelines: [{ id, authorized: false }] })),
  },
  {
    what: 'the approval check is gone',
    check: 'gate',
    says: /no approval check/,
    cause: async ({ ask, project, check }) =>
      ask('DELETE', `${project}/pipelines/checks/configurations/${(await check(TENANT)).id}`),
  },
  {
    what: 'nobody is named as approver',
    check: 'gate',
    says: /Nobody is named/,
    cause: setCheck({ approvers: [] }),
  },
  {
    what: 'the pipeline may not use the service connection',
    check: 'service connection',
    says: /may not use "contoso-sync"/,
    cause: setPermission('endpoint', (id) => ({ pipelines: [{ id, authorized: false }] })),
  },
];

const ALL_PARAMETERS = '  - name: comment';

const INCURABLE: Case[] = [
  {
    what: 'a template of the YAML is gone',
    check: 'pipeline file',
    says: /Azure DevOps cannot make a run of .*sync-steps\.yml not found/,
    cause: edit('Pipeline/sync-steps.yml', (text) => {
      steps = text;
      return null;
    }),
    mend: edit('Pipeline/sync-steps.yml', () => steps),
  },
  {
    what: 'the YAML is broken',
    check: 'pipeline file',
    says: /cannot be read/,
    cause: edit(YAML, (text) => text.replace('parameters:', 'parameters: [')),
    mend: edit(YAML, (text) => text.replace('parameters: [', 'parameters:')),
  },
  {
    what: 'the YAML lacks a parameter',
    check: 'pipeline file',
    says: /The parameters comment are missing/,
    cause: edit(YAML, (text) => text.replace(ALL_PARAMETERS, '  - name: remark')),
    mend: edit(YAML, (text) => text.replace('  - name: remark', ALL_PARAMETERS)),
  },
  {
    what: 'a mode is not allowed by the YAML',
    check: 'pipeline file',
    says: /does not allow backup/,
    cause: edit(YAML, (text) => text.replace(', backup', '')),
    mend: edit(YAML, (text) => text.replace('full, preview', 'full, preview, backup')),
  },
  {
    what: 'the pipeline has another file',
    check: 'pipeline file',
    says: /There is no \/ci\.yml/,
    cause: setDefinition({ process: { yamlFilename: '/ci.yml' } }),
    mend: setDefinition({ process: { yamlFilename: '/azure-pipelines.yml' } }),
  },
  {
    what: 'the pipeline is called otherwise',
    check: 'pipeline',
    state: 'warning',
    says: /called "Nightly sync"/,
    cause: ({ sandbox }) => sandbox.control.rename(TENANT, { pipeline: 'Nightly sync' }),
    mend: ({ sandbox }) => sandbox.control.rename(TENANT, { pipeline: 'contoso - Sync' }),
  },
  {
    what: 'the tenant file says nothing',
    check: 'tenant file',
    says: /nobody can sign in/,
    cause: edit('tenant.json', (text) => text.replace('"directoryId"', '"directory"')),
    mend: edit('tenant.json', (text) => text.replace('"directory"', '"directoryId"')),
  },
  {
    what: 'the service is not among the approvers',
    check: 'gate',
    state: 'warning',
    says: /The service is no approver/,
    cause: setCheck({ approvers: [{ id: MEGAN, displayName: 'Megan Bowen' }] }),
    mend: setCheck({ approvers: [{ id: GROUP }] }),
  },
  {
    what: 'whoever started a run may not approve it',
    check: 'gate',
    state: 'warning',
    says: /may not approve it/,
    cause: setCheck({ requesterCannotBeApprover: true }),
    mend: setCheck({ requesterCannotBeApprover: false }),
  },
  {
    what: 'approvers have half an hour',
    check: 'gate',
    state: 'warning',
    says: /30 minutes/,
    cause: setCheck({}, { timeout: 30 }),
    mend: setCheck({}, { timeout: 43_200 }),
  },
  {
    what: 'every pipeline may use the service connection',
    check: 'service connection',
    says: /Every pipeline/,
    cause: setPermission('endpoint', () => ({ allPipelines: { authorized: true } })),
    mend: setPermission('endpoint', () => ({ allPipelines: { authorized: false } })),
  },
  {
    what: 'another pipeline may use the service connection',
    check: 'service connection',
    says: /Other pipelines \("neighbour - Sync"\)/,
    cause: permitNeighbour(true),
    mend: permitNeighbour(false),
  },
  {
    what: 'syncs may not be started',
    check: 'rights',
    says: /"Queue builds" is missing/,
    cause: ({ sandbox }) => sandbox.control.deny(TENANT, 'queue', true),
    mend: ({ sandbox }) => sandbox.control.deny(TENANT, 'queue', false),
  },
  {
    what: 'nothing may be written to the repository',
    check: 'rights',
    says: /"Contribute" is missing/,
    cause: ({ sandbox }) => sandbox.control.deny(TENANT, 'contribute', true),
    mend: ({ sandbox }) => sandbox.control.deny(TENANT, 'contribute', false),
  },
];

async function expectOnly({ check, also = [], says, state = 'wrong' }: Case) {
  const found = await hospital.examine();
  const expected = [check, ...also].map((one) => ({ subject: SUBJECT, check: one, state }));
  expect(complaints(found)).toEqual(expected);
  const complaint = found.find((finding) => finding.state !== 'ok');
  expect(complaint?.message).toMatch(says);
  expect(complaint?.remedy).toMatch(/\.$/);
  return found;
}

test.each(CURABLE)('It is found that $what, and --fix mends it', async (broken) => {
  await broken.cause(hospital);
  await expectOnly(broken);
  const { findings, treatments } = await treat(hospital.practice({}, { feedUrl: FEED }));
  expect(treatments.filter(({ problem }) => problem !== null)).toEqual([]);
  expect(complaints(findings)).toEqual([]);
});

test.each(INCURABLE)('It is found that $what, and --fix leaves it to people', async (broken) => {
  await broken.cause(hospital);
  try {
    const found = await expectOnly(broken);
    expect(found.every(({ fix }) => fix === null)).toBe(true);
  } finally {
    await broken.mend?.(hospital);
  }
  expect(complaints(await hospital.examine())).toEqual([]);
});
