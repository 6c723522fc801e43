import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../../../src/lib/logger.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import { waitFor } from '../../support/wait-for.ts';
import { CredentialApi } from '../credential-api.ts';

const POLICY = {
  configurationType: 'MSGraph:ConditionalAccess:Policies',
  displayName: 'Block legacy authentication',
};

let sandbox: Sandbox;
let api: CredentialApi;
let dataFolder: string;

const options = () => ({
  dataFolder,
  port: 0,
  timeScale: 100,
  apiUrl: () => api.url,
  scenarios: false,
  fleet: 'small' as const,
  logger: createLogger('silent', () => undefined),
});

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'sandbox-control-'));
  api = new CredentialApi(10_000);
  await api.start();
  sandbox = await startSandbox(options());
  api.sandbox = sandbox;
});

afterAll(async () => {
  await sandbox.stop();
  await api.stop();
  await rm(dataFolder, { recursive: true, force: true });
});

async function call(method: 'GET' | 'POST', path: string, body?: unknown) {
  const answer = await fetch(`${sandbox.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

const newest = (repository: string) => sandbox.control.tenant(repository).newestRun;
const comesTo = (repository: string, expected: Record<string, unknown>) =>
  waitFor(
    () => `${repository} to be ${JSON.stringify(expected)}, it is ${JSON.stringify(newest(repository))}`,
    () => {
      const run = newest(repository);
      return run && Object.entries(expected).every(([key, value]) => Reflect.get(run, key) === value)
        ? run
        : null;
    },
  );
async function sync(repository: string, expected: Record<string, unknown>) {
  const { body } = await call('POST', `/control/tenants/${repository}/schedule`);
  return comesTo(repository, { buildId: body.buildId, ...expected });
}
const finished = { phase: 'FINISHED', result: 'succeeded' };

test('lists every call with what it does and takes', async () => {
  const { status, body } = await call('GET', '/control');
  const calls = body.calls as { method: string; path: string; what: string; body: unknown }[];
  expect(status).toBe(200);
  expect(calls.length).toBeGreaterThan(20);
  for (const { method, what, body: schema } of calls) {
    expect(what.length).toBeGreaterThan(10);
    expect(schema === null).toBe(method === 'GET');
  }
});

test('shows the world, and a picture of it', async () => {
  const { body } = await call('GET', '/control/state');
  expect((body.tenants as unknown[]).length).toBe(5);
  const page = await fetch(`${sandbox.url}/`);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await page.text()).toContain('contoso-test');
});

describe('a sync through the simulated Azure DevOps', () => {
  test('backs up what somebody changed by hand, and asks nobody', async () => {
    await sync('contoso-test', finished);
    await call('POST', '/control/tenants/contoso-test/drift', {
      kind: 'set',
      ...POLICY,
      property: 'state',
      value: 'disabled',
    });
    await sync('contoso-test', finished);
    const files = sandbox.control.files('contoso-test');
    expect(
      Object.entries(await files).find(([path]) => path.endsWith(`${POLICY.displayName}.json`))?.[1],
    ).toContain('"disabled"');
  });

  test('waits at the gate for a change of the repository, and writes it once somebody approved', async () => {
    const edited = await call('POST', '/control/tenants/contoso-test/properties', {
      ...POLICY,
      property: 'state',
      value: 'enabled',
    });
    expect(edited.status).toBe(200);
    const { buildId } = await sync('contoso-test', { phase: 'WAITING_AT_GATE' });
    const state = () =>
      sandbox.control
        .configuration('contoso-test')
        .find((object) => object.displayName === POLICY.displayName)?.properties.state;
    expect(state()).toBe('disabled');
    await call('POST', `/control/runs/${buildId}/decide`, { verdict: 'approved' });
    await comesTo('contoso-test', finished);
    expect(state()).toBe('enabled');
    const { tenants, azureDevOps } = sandbox.control.ledger('contoso-test');
    expect(tenants.map(({ action, by }) => [action, by])).toEqual([
      ['updated', 'drift'],
      ['updated', 'Configuration Manager API'],
    ]);
    expect(azureDevOps.filter(({ kind }) => kind === 'gateAnswered')).toHaveLength(1);
  });

  test('fails in the stage and with the message that was asked for, and succeeds when it is retried', async () => {
    await call('POST', '/control/tenants/contoso-test/fail-stage', {
      stage: 'PREVIEW',
      message: 'Out of paper.',
    });
    const { buildId } = await sync('contoso-test', { phase: 'FINISHED', result: 'failed' });
    await call('POST', '/control/tenants/contoso-test/fail-stage', { stage: null });
    expect((await call('POST', `/control/runs/${buildId}/retry`)).status).toBe(200);
    await comesTo('contoso-test', { buildId, ...finished });
  });

  test('waits in the queue and in a stage for as long as asked, and can be canceled', async () => {
    await call('POST', '/control/tenants/contoso-baseline/queue-delay', { ms: 3_600_000 });
    const { buildId } = await sync('contoso-baseline', { phase: 'QUEUED' });
    await call('POST', `/control/runs/${buildId}/cancel`, { as: 'Alex Wilber' });
    await comesTo('contoso-baseline', { phase: 'FINISHED', result: 'canceled' });
    await call('POST', '/control/tenants/contoso-baseline/queue-delay', { ms: 0 });
    await call('POST', '/control/tenants/contoso-baseline/slow-stage', { stage: 'BACKUP', ms: 3_600_000 });
    const slow = await sync('contoso-baseline', { phase: 'RUNNING' });
    await call('POST', '/control/tenants/contoso-baseline/slow-stage', { stage: null });
    await call('POST', `/control/runs/${slow.buildId}/cancel`);
    await comesTo('contoso-baseline', { phase: 'FINISHED', result: 'canceled' });
  });

  test('ends partially when the tenant refuses one of two writes', async () => {
    const other = 'Require multifactor authentication for all users';
    for (const displayName of [POLICY.displayName, other]) {
      await call('POST', '/control/tenants/fabrikam-baseline/properties', {
        ...POLICY,
        displayName,
        property: 'state',
        value: 'disabled',
      });
    }
    await sync('fabrikam-baseline', { phase: 'WAITING_AT_GATE' });
    await call('POST', '/control/tenants/fabrikam-baseline/refuse-writes', {
      ...POLICY,
      displayName: other,
      message: 'Forbidden by the directory.',
    });
    const { buildId } = newest('fabrikam-baseline') ?? { buildId: 0 };
    await call('POST', `/control/runs/${buildId}/decide`, { verdict: 'approved' });
    await comesTo('fabrikam-baseline', { phase: 'FINISHED', result: 'partiallySucceeded' });
  });

  test('waits for somebody to sign in to a delegated tenant, again after the sign-in was revoked', async () => {
    for (let round = 0; round < 2; round += 1) {
      await sync('contoso-delegated', { phase: 'WAITING_FOR_SIGN_IN' });
      const { body } = await call('GET', '/control/sign-ins');
      const [code] = body as unknown as { userCode: string; state: string }[];
      expect(code?.state).toBe('pending');
      const answered = await call('POST', `/control/sign-ins/${code?.userCode}`, { answer: '' });
      expect(answered.body).toMatchObject({ state: 'approved' });
      await comesTo('contoso-delegated', finished);
      await sync('contoso-delegated', finished);
      await call('POST', '/control/tenants/contoso-delegated/require-sign-in', {});
    }
  });
});

test('onboards a tenant that can be synced at once', async () => {
  const plan = { organization: 'contoso-group', repository: 'contoso-new', displayName: 'Contoso New' };
  expect((await call('POST', '/control/tenants', plan)).status).toBe(200);
  expect((await call('POST', '/control/tenants', plan)).status).toBe(409);
  await sync('contoso-new', finished);
});

test('forgets nothing over a restart, and resets tenants, repositories and behaviours', async () => {
  await call('POST', '/control/tenants/contoso-test/drift', { kind: 'any' });
  await call('POST', '/control/tenants/contoso-test/files', {
    path: 'Source/Resources/Content/MSGraph/Groups/Mine.json',
    content: '{}',
  });
  await call('POST', '/control/tenants/contoso-new/queue-delay', { ms: 3_600_000 });
  await sync('contoso-new', { phase: 'QUEUED' });
  const before = sandbox.control.configuration('contoso-test');
  await sandbox.stop();
  sandbox = await startSandbox(options());
  api.sandbox = sandbox;
  expect(sandbox.control.configuration('contoso-test')).toEqual(before);
  expect(newest('contoso-new')?.phase).toBe('QUEUED');

  expect((await call('POST', '/control/reset')).body).toEqual({ canceledRuns: 1 });
  expect(sandbox.control.configuration('contoso-test')).not.toEqual(before);
  expect(Object.keys(await sandbox.control.files('contoso-test'))).not.toContain(
    'Source/Resources/Content/MSGraph/Groups/Mine.json',
  );
  expect(sandbox.control.tenant('contoso-new').behaviour).toEqual({});
  await sync('contoso-test', finished);
});

describe('a bad request', () => {
  test.each<[string, 'GET' | 'POST', string, unknown, number, string]>([
    ['an unknown call', 'POST', '/control/nothing', {}, 404, 'GET /control lists'],
    ['another method', 'POST', '/control/state', {}, 405, 'takes GET'],
    ['an unknown tenant', 'POST', '/control/tenants/nobody/schedule', {}, 404, 'contoso-test'],
    ['a body that is no JSON', 'POST', '/control/tenants/contoso-test/drift', '{', 400, 'not valid JSON'],
    ['an unknown drift', 'POST', '/control/tenants/contoso-test/drift', { kind: 'x' }, 400, 'kind'],
    ['an unknown member', 'POST', '/control/tenants/contoso-test/queue-delay', { ms: 1, x: 1 }, 400, 'x'],
    ['a negative time', 'POST', '/control/tenants/contoso-test/queue-delay', { ms: -1 }, 400, 'ms'],
    [
      'a property of nothing',
      'POST',
      '/control/tenants/contoso-test/drift',
      { kind: 'set', ...POLICY, property: 'a.b', value: 1 },
      400,
      '"a.b"',
    ],
    [
      'an unknown object',
      'POST',
      '/control/tenants/contoso-test/drift',
      { kind: 'remove', ...POLICY, displayName: 'x' },
      400,
      'It has:',
    ],
    ['a run that is none', 'POST', '/control/runs/abc/cancel', {}, 400, 'cannot be used'],
    ['an unknown run', 'POST', '/control/runs/999999/retry', {}, 409, '999999'],
    ['an unknown code', 'POST', '/control/sign-ins/ABC', {}, 400, 'GET /control/sign-ins'],
    ['a wrong encoding', 'GET', '/control/tenants/%E0%A4%A', undefined, 400, 'percent-encoded'],
  ])('%s is answered with what to do', async (_what, method, path, body, status, words) => {
    const answer = await call(method, path, body);
    expect(answer).toMatchObject({ status });
    expect(answer.body.error).toContain(words);
  });

  const send = (headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      const { port } = new URL(sandbox.url);
      const sent = request(
        { host: '127.0.0.1', port, path: '/control/reset', method: 'POST', headers },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      );
      sent.on('error', reject);
      sent.end();
    });

  test('under another name, or from a page of another origin, is refused', async () => {
    const { host } = new URL(sandbox.url);
    expect(await send({ host: 'evil.example' })).toBe(403);
    expect(await send({ host, origin: 'http://evil.example' })).toBe(403);
    expect(await send({ host, origin: 'null' })).toBe(403);
  });

  test('in another format than JSON is refused', async () => {
    const answer = await fetch(`${sandbox.url}/control/reset`, {
      method: 'POST',
      body: 'a=1',
      headers: { 'content-type': 'text/plain' },
    });
    expect(answer.status).toBe(415);
  });
});
