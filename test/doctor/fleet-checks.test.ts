/** What whole organisations and projects need, and who approves where a gate is made anew. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addressProblem } from '../../src/doctor/check-hooks.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { identitiesUrlOf } from '../../src/doctor/identities.ts';
import { treat } from '../../src/doctor/treat.ts';
import { HOOK_EVENTS, HOOK_PATH, HOOK_USER } from '../../src/pipeline/service-hooks.ts';
import { SANDBOX_HOOK_SECRET } from '../../src/sandbox-environment.ts';
import { serve } from '../azure-devops/small-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { complaints, type Hospital, openHospital, ORGANIZATION, PROJECT } from './hospital.ts';

const PLACE = `${ORGANIZATION}/${PROJECT}`;

let hospital: Hospital;
beforeAll(async () => {
  hospital = await openHospital(['contoso', 'neighbour']);
});
afterEach(() => hospital.sandbox.control.switchOff());
afterAll(() => hospital[Symbol.asyncDispose]());

const only = (findings: Finding[], check: string) => findings.filter((finding) => finding.check === check);

test('A secret that Entra does not take is told in its words, and nothing else is asked', async () => {
  const findings = await hospital.examine({ ENTRA_CLIENT_SECRET: 'wrong' });
  expect(findings).toMatchObject([{ subject: ORGANIZATION, check: 'organisation', state: 'wrong' }]);
  expect(findings[0]?.message).toMatch(/There is no token.*AADSTS7000215/s);
});

test('An organisation that does not take the token, or that nobody can reach, is told apart', async () => {
  hospital.sandbox.control.switchOn({ kind: 'unauthorized', organization: ORGANIZATION, times: 10 });
  const [refused] = await hospital.examine();
  expect(refused?.state).toBe('wrong');
  expect(refused?.remedy).toMatch(/user of the organisation/);
  hospital.sandbox.control.switchOff();
  const away = { AZURE_DEVOPS_PROJECTS: 'http://127.0.0.1:9/away/Tenants' };
  const [unreachable] = await hospital.examine(away);
  expect(unreachable).toMatchObject({ subject: 'away', state: 'wrong' });
  expect(unreachable?.remedy).toMatch(/network/);
});

test('A project that is not there is told, and the other projects are examined', async () => {
  const base = `${hospital.sandbox.azureDevOpsUrl}/${ORGANIZATION}`;
  const findings = await hospital.examine({ AZURE_DEVOPS_PROJECTS: `${base}/Nowhere,${base}/${PROJECT}` });
  expect(complaints(findings)).toEqual([
    { subject: `${ORGANIZATION}/Nowhere`, check: 'project', state: 'wrong' },
  ]);
  expect(only(findings, 'gate')).toHaveLength(2);
});

test('A check that Azure DevOps refuses to answer says so, and hides no other', async () => {
  hospital.sandbox.control.switchOn({ kind: 'unavailable', path: 'serviceendpoint', times: 1_000 });
  const found = complaints(await hospital.examine());
  expect(found.map(({ check }) => check)).toEqual(['service connection', 'service connection']);
});

test('Hooks that are missing, switched off or sent elsewhere are found, and --fix mends them', async () => {
  const { ask, subscription, examine, practice } = hospital;
  await ask('DELETE', `_apis/hooks/subscriptions/${(await subscription(HOOK_EVENTS.stage)).id}`);
  const run = await subscription(HOOK_EVENTS.run);
  await ask('PUT', `_apis/hooks/subscriptions/${run.id}`, { ...run, status: 'disabledBySystem' });
  const [hooks] = only(await examine(), 'web hooks');
  expect(hooks).toMatchObject({ subject: PLACE, state: 'wrong' });
  expect(hooks?.message).toMatch(/run-state-changed-event is disabledBySystem/);
  expect(hooks?.message).toMatch(/stage-state-changed-event is not sent to/);
  const { findings, treatments } = await treat(practice());
  expect(treatments).toHaveLength(1);
  expect(complaints(findings)).toEqual([]);
  const [elsewhere] = only(await examine({ PUBLIC_URL: 'https://other.example' }), 'web hooks');
  expect(elsewhere?.message).toMatch(/other\.example.* but to http:\/\/127\.0\.0\.1/);
});

test('Hooks that --fix made arrive, with the password', async () => {
  const { url, seen } = await serve((response) => void response.writeHead(202).end());
  const { findings } = await treat(hospital.practice({ PUBLIC_URL: url }));
  expect(complaints(findings)).toEqual([]);
  await hospital.sandbox.control.runSchedule('neighbour');
  const [hook] = await waitFor('a hook', () => (seen.length > 0 ? seen : null));
  const password = Buffer.from(`${HOOK_USER}:${SANDBOX_HOOK_SECRET}`).toString('base64');
  expect(hook).toMatchObject({ url: HOOK_PATH, headers: { authorization: `Basic ${password}` } });
});

test('Without the right to edit hooks, whoever has it is asked to help', async () => {
  hospital.sandbox.control.deny('contoso', 'hooks', true);
  const [hooks] = only(await hospital.examine({ PUBLIC_URL: 'http://127.0.0.1:4002' }), 'web hooks');
  expect(hooks).toMatchObject({ state: 'wrong', fix: null });
  expect(hooks?.remedy).toMatch(/Edit subscriptions/);
  hospital.sandbox.control.deny('contoso', 'hooks', false);
});

test('Without a configured secret there is a warning, because polling is enough', async () => {
  const [hooks] = only(await hospital.examine({ AZURE_DEVOPS_HOOK_SECRET: '' }), 'web hooks');
  expect(hooks).toMatchObject({ state: 'warning', fix: null });
});

test('A repository with nothing but a tenant file gets its pipeline, file first', async () => {
  const { sandbox, ask, project, pipeline } = hospital;
  await ask('DELETE', `${project}/build/definitions/${(await pipeline('contoso')).id}`);
  await sandbox.control.editFile('contoso', { path: 'azure-pipelines.yml', content: null });
  expect(complaints(await hospital.examine()).map(({ check }) => check)).toEqual([
    'pipeline',
    'pipeline file',
  ]);
  const feedUrl = 'https://feed.contoso.example/npm/';
  const { findings, treatments } = await treat(hospital.practice({}, { feedUrl }));
  expect(treatments.map(({ check }) => check).slice(0, 2)).toEqual(['pipeline file', 'pipeline']);
  expect(complaints(findings)).toEqual([]);
  expect((await sandbox.control.files('contoso'))['azure-pipelines.yml']).toContain(feedUrl);
  const { buildId } = await sandbox.control.runSchedule('contoso');
  expect(sandbox.world.runs().some((run) => run.buildId === buildId)).toBe(true);
});

test('Where approvers left and no gate shows others, --fix needs names, and takes only people who are there', async () => {
  const { sandbox, ask, project, check } = hospital;
  const { id, settings } = await check('contoso');
  const approvers = [{ id: await meId(hospital) }];
  sandbox.control.removeIdentity('Tenant Approvers');
  const left = only(await hospital.examine(), 'gate');
  expect(left.map(({ state, fix }) => [state, fix])).toEqual([
    ['wrong', null],
    ['wrong', null],
  ]);
  expect(left[0]?.message).toMatch(/Tenant Approvers left the organisation/);

  const unknown = await treat(hospital.practice({}, { approvers: ['Nobody Here'] }));
  expect(unknown.treatments.map(({ problem }) => problem)).toEqual(
    Array(2).fill(expect.stringMatching(/is called "Nobody Here"/)),
  );
  const named = await treat(hospital.practice({}, { approvers: ['Configuration Manager API'] }));
  expect(complaints(named.findings)).toEqual([]);
  expect((await check('contoso')).settings).toMatchObject({ ...settings, approvers });
  await ask('PATCH', `${project}/pipelines/checks/configurations/${id}`, {
    settings: { ...settings, approvers: [] },
  });
  expect(complaints((await treat(hospital.practice())).findings)).toEqual([]);
});

async function meId({ practice }: Hospital): Promise<string> {
  const { doors, projects } = practice();
  const [place] = projects;
  const bytes = await doors
    .to(place?.organizationUrl ?? '')
    .bytes({ what: 'say who it is', path: '_apis/connectionData', apiVersion: '7.1-preview.1' });
  return (JSON.parse(bytes.toString('utf8')) as { authenticatedUser: { id: string } }).authenticatedUser.id;
}

test('An address that Azure DevOps does not send hooks to is told, unless it is near', () => {
  const cloud = 'https://dev.azure.com/contoso';
  const stateOf = (url: string, from = cloud) => addressProblem(url, from).state;
  for (const url of ['http://api.example', 'https://localhost:4000', 'https://10.1.2.3', 'https://[::1]'])
    expect([url, stateOf(url)]).toEqual([url, 'wrong']);
  expect(stateOf('https://api.example')).toBe('ok');
  expect(stateOf('http://127.0.0.1:4000', 'http://127.0.0.1:4100/azure-devops/contoso')).toBe('ok');
});

test('Identities of the cloud are asked for at their own host', () => {
  expect(identitiesUrlOf('https://dev.azure.com/contoso')).toBe('https://vssps.dev.azure.com/contoso');
  expect(identitiesUrlOf('https://contoso.visualstudio.com')).toBe('https://contoso.vssps.visualstudio.com');
  expect(identitiesUrlOf('https://tfs.example/contoso')).toBe('https://tfs.example/contoso');
});
