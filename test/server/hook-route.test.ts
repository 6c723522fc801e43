/** Whom the address for web hooks listens to, and how little it says. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Listener } from '../../src/database/listener.ts';
import { HINTED, readHint } from '../../src/poller/hints.ts';
import { LARGEST_HOOK_BYTES } from '../../src/server/hook-route.ts';
import { type Api, ORGANIZATION, PROJECT, startApi } from '../support/api.ts';
import { addTenant } from '../support/rows.ts';
import { silent } from '../support/silent.ts';
import { waitFor } from '../support/wait-for.ts';

const SECRET = 'a secret of hooks';
const OURS = '0f0e0d0c-0000-4000-8000-000000000001';
const PLACE = { organization: ORGANIZATION, project: PROJECT };

let api: Api;
let listener: Listener;
const heard: string[] = [];

beforeAll(async () => {
  api = await startApi({ hookSecret: SECRET, graphiql: false, proxies: 1 });
  await addTenant(api.db, 'contoso', { projectId: OURS });
  const onWake = (_channel: string, payload: string) => void heard.push(payload);
  listener = new Listener({ url: api.databaseUrl, channels: [HINTED], onWake, logger: silent });
  await waitFor('the listener', () => listener.isListening);
});
afterAll(async () => {
  await listener[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});
beforeEach(() => void heard.splice(0));

const basic = (password: string) => `Basic ${Buffer.from(`anybody:${password}`).toString('base64')}`;
const post = (body: unknown, authorization = basic(SECRET), from = '192.0.2.1') =>
  fetch(`${api.url}/hooks/azure-devops`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization, 'x-forwarded-for': from },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** All hints so far; the last hook makes one of its own, behind the others. */
async function hints() {
  await post({ resource: { run: { id: 999 }, projectId: OURS } });
  await waitFor('the last hint', () => heard.some((payload) => payload.includes('999')));
  return heard.map(readHint).slice(0, -1);
}

test('A hook with the password makes every process look at its project, and at the run that it names', async () => {
  const run = { resource: { run: { id: 7 } }, resourceContainers: { project: { id: OURS.toUpperCase() } } };
  const approval = { resource: { runId: '8', projectId: OURS, approval: { status: 'approved' } } };
  const other = { resource: {}, resourceContainers: { project: { id: OURS } } };
  for (const hook of [run, approval, other]) expect((await post(hook)).status).toBe(202);
  expect(await hints()).toEqual([
    { project: PLACE, buildId: 7, isHook: true },
    { project: PLACE, buildId: 8, isHook: true },
    { project: PLACE, buildId: null, isHook: true },
  ]);
});

test('A hook that names no project makes them look everywhere', async () => {
  expect((await post({ resource: { run: { id: 7 } } })).status).toBe(202);
  expect(await hints()).toEqual([{ project: null, buildId: 7, isHook: true }]);
});

test('Projects that are not ours are answered like ours, and nobody looks', async () => {
  const ids = ['0f0e0d0c-0000-4000-8000-0000000000ff', 'no GUID', 'a\0b', `${OURS}' or true --`];
  const answers = [OURS, ...ids].map(async (id) => {
    const answer = await post({ resource: { run: { id: 1 } }, resourceContainers: { project: { id } } });
    const headers = [...answer.headers.keys()].sort();
    return { status: answer.status, headers, body: await answer.text() };
  });
  const [ours, ...others] = await Promise.all(answers);
  for (const other of others) expect(other).toEqual(ours);
  expect(await hints()).toEqual([{ project: PLACE, buildId: 1, isHook: true }]);
});

test('Hooks of any other shape are taken and mean no more than a look', async () => {
  const odd = [[], 'text', 7, null, {}, { resource: 'x' }, { resource: { run: { id: -1 }, runId: 1e12 } }];
  for (const body of odd) expect((await post(JSON.stringify(body))).status).toBe(202);
  expect(await hints()).toEqual(odd.map(() => ({ project: null, buildId: null, isHook: true })));
});

test('Without the right password nothing is read, and guessing is slowed down', async () => {
  const wrong = ['', 'Bearer x', `Bearer ${SECRET}`, basic(''), basic(`${SECRET}x`), 'Basic %%%'];
  for (const authorization of wrong) {
    const answer = await post({ resource: { projectId: OURS } }, authorization, '192.0.2.2');
    expect([authorization, answer.status]).toEqual([authorization, 401]);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
  }
  for (let round = 0; round < 20; round++) await post({}, basic(`guess ${round}`), '192.0.2.2');
  const late = await post({}, basic(SECRET), '192.0.2.2');
  expect([late.status, Number(late.headers.get('retry-after')) > 0]).toEqual([429, true]);
  expect(await hints()).toEqual([]);
});

test('What is no JSON, or is large, is refused', async () => {
  const large = { resource: { projectId: OURS, more: 'x'.repeat(LARGEST_HOOK_BYTES) } };
  for (const body of ['{', '', large]) expect((await post(body)).status).toBe(400);
  expect((await fetch(`${api.url}/hooks/azure-devops`)).status).toBe(405);
  expect(await hints()).toEqual([]);
});

test('Without a configured secret there is no such address', async () => {
  await using closed = await startApi({ graphiql: false });
  const answer = await fetch(`${closed.url}/hooks/azure-devops`, { method: 'POST', body: '{}' });
  expect(answer.status).toBe(404);
});
