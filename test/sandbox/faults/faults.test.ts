import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/lib/logger.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import { serve } from '../../azure-devops/small-server.ts';
import { waitFor } from '../../support/wait-for.ts';
import { CredentialApi } from '../credential-api.ts';

const PROJECT = 'contoso-group/Tenants/_apis';

let sandbox: Sandbox;
let api: CredentialApi;
let dataFolder: string;

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'sandbox-faults-'));
  api = new CredentialApi(10_000);
  await api.start();
  sandbox = await startSandbox({
    dataFolder,
    port: 0,
    timeScale: 100,
    apiUrl: () => api.url,
    scenarios: false,
    fleet: 'small',
    logger: createLogger('silent', () => undefined),
  });
  api.sandbox = sandbox;
});
afterEach(() => sandbox.control.switchOff());
afterAll(async () => {
  await sandbox.stop();
  await api.stop();
  await rm(dataFolder, { recursive: true, force: true });
});

const control = async (path: string, body: object) => {
  const answer = await fetch(`${sandbox.url}/control/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

const ask = (path: string, body?: object) =>
  fetch(`${sandbox.azureDevOpsUrl}/${path}${path.includes('?') ? '&' : '?'}api-version=7.1`, {
    method: body ? 'POST' : 'GET',
    headers: {
      authorization: `Basic ${Buffer.from(':token').toString('base64')}`,
      'content-type': 'application/json',
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });

describe('a fault of requests', () => {
  const builds = `${PROJECT}/build/builds`;

  it.each([
    ['unauthorized', 401],
    ['sign_in_page', 203],
    ['throttled', 429],
    ['bad_gateway', 502],
    ['unavailable', 503],
  ])('%s answers %i to as many requests as asked, and then is over', async (kind, status) => {
    await control('faults', { kind, times: 2 });
    expect([(await ask(builds)).status, (await ask(builds)).status, (await ask(builds)).status]).toEqual([
      status,
      status,
      200,
    ]);
  });

  it('cuts the connection before or after what was asked for is done', async () => {
    const started = () => sandbox.world.ledger().filter(({ kind }) => kind === 'queued').length;
    const before = started();
    const { value } = (await (await ask(`${PROJECT}/pipelines`)).json()) as { value: { id: number }[] };
    const queue = () => ask(`${PROJECT}/pipelines/${String(value[0]?.id)}/runs`, {});
    await control('faults', { kind: 'reset', requests: 'queue-run' });
    await expect(queue()).rejects.toThrow();
    expect(started()).toBe(before);
    await control('faults', { kind: 'lost_reply', requests: 'queue-run' });
    await expect(queue()).rejects.toThrow();
    expect(started()).toBe(before + 1);
  });

  it('hits the organisation, the kind of request and the path that it is meant for', async () => {
    await control('faults', { kind: 'unavailable', organization: 'fabrikam', times: 9 });
    expect((await ask(builds)).status).toBe(200);
    await control('faults', { kind: 'unavailable', path: '^build/builds/7$', times: 9 });
    expect((await ask(builds)).status).toBe(200);
    expect((await ask(`${builds}/7`)).status).toBe(503);
    await control('faults', { kind: 'unavailable', requests: 'list-approvals', times: 9 });
    expect((await ask(builds)).status).toBe(200);
    expect((await ask(`${PROJECT}/pipelines/approvals`)).status).toBe(503);
  });

  it('hits the same share of the requests for the same seed', async () => {
    const round = async () => {
      const { body } = await control('faults', { kind: 'unavailable', rate: 0.3, seed: 7 });
      const statuses = [];
      for (let count = 0; count < 30; count += 1) statuses.push((await ask(builds)).status);
      await control(`faults/${String(body.id)}/off`, {});
      return statuses;
    };
    const first = await round();
    expect(first.filter((status) => status === 503).length).toBeGreaterThan(3);
    expect(await round()).toEqual(first);
    expect((await ask(builds)).status).toBe(200);
  });

  it('tells of limits on an answer that comes late', async () => {
    await control('faults', { kind: 'delayed', ms: 120, seconds: 3 });
    const startedAt = performance.now();
    const answer = await ask(builds);
    expect(performance.now() - startedAt).toBeGreaterThan(100);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('retry-after')).toBe('3');
    expect(answer.headers.get('x-ratelimit-delay')).toBe('0.120');
  });

  it('is refused with a sentence when it is not one', async () => {
    expect(await control('faults', { kind: 'plague' })).toMatchObject({ status: 400 });
    expect(await control('faults', { kind: 'reset', path: '(' })).toMatchObject({ status: 400 });
  });
});

describe('service hooks', () => {
  it('reach their subscriber with its password, as often and as late as asked', async () => {
    const { url, seen } = await serve((response) => void response.writeHead(202).end());
    const subscribe = (eventType: string) =>
      ask('contoso-group/_apis/hooks/subscriptions', {
        publisherId: 'pipelines',
        eventType,
        consumerId: 'webHooks',
        consumerActionId: 'httpRequest',
        consumerInputs: { url, basicAuthUsername: 'hooks', basicAuthPassword: 'secret' },
      });
    expect((await subscribe('ms.vss-pipelines.run-state-changed-event')).status).toBe(200);
    await control('hooks', { copies: 2, lateMs: 50, isShuffled: true });
    const { body } = await control('tenants/contoso-test/schedule', {});
    // Runs of the tests before this one may still be going on.
    const ofRun = () =>
      seen.filter(({ body: text }) => {
        const { resource } = JSON.parse(text) as { resource: { run: { id: number } } };
        return resource.run.id === body.buildId;
      });
    await waitFor('two of each notification', () => ofRun().length >= 4);
    const password = `Basic ${Buffer.from('hooks:secret').toString('base64')}`;
    expect(ofRun().map(({ headers }) => headers.authorization)).toEqual(ofRun().map(() => password));
  });
});

describe('what Azure DevOps does to a run by itself', () => {
  const untilFinished = (buildId: unknown) =>
    waitFor(`run ${String(buildId)} to end`, () => {
      const run = sandbox.world.runs().find((one) => one.buildId === buildId);
      return run?.phase === 'FINISHED' ? run : null;
    });

  it.each([
    ['exclusive-lock', 'canceled'],
    ['time-limit', 'canceled'],
    ['lost-agent', 'failed'],
  ])('stops it for an %s, and it ends as %s', async (why, result) => {
    await control('tenants/contoso-test/slow-stage', { stage: 'BACKUP', ms: 3_600_000 });
    const { body } = await control('tenants/contoso-test/schedule', {});
    await waitFor('a job at work', async () => {
      const stopped = await control(`runs/${String(body.buildId)}/stop`, { why });
      return stopped.status === 200;
    });
    expect(await untilFinished(body.buildId)).toMatchObject({ result });
    await control('tenants/contoso-test/slow-stage', { stage: null });
  });

  it('runs its preview again while it waits at its gate, which stays open', async () => {
    const object = { configurationType: 'MSGraph:Groups', displayName: 'Break glass accounts' };
    await sandbox.control.editProperty('contoso-test', { ...object, property: 'description', value: 'New' });
    const { body } = await control('tenants/contoso-test/schedule', {});
    const buildId = Number(body.buildId);
    const phase = () => sandbox.world.runs().find((run) => run.buildId === buildId)?.phase;
    await waitFor('the gate', () => phase() === 'WAITING_AT_GATE');
    expect((await control(`runs/${buildId}/preview-again`, {})).status).toBe(200);
    const previews = sandbox.world
      .ledger()
      .filter((entry) => entry.buildId === buildId && entry.kind === 'stageEnded')
      .filter(({ details }) => details.stage === 'Preview');
    expect(previews.map(({ details }) => [details.attempt, details.result])).toEqual([
      [1, 'succeeded'],
      [2, 'succeeded'],
    ]);
    expect(phase()).toBe('WAITING_AT_GATE');
    await sandbox.control.decide(buildId, { verdict: 'rejected', by: 'Megan Bowen', comment: '' });
    await untilFinished(buildId);
    expect((await control(`runs/${buildId}/preview-again`, {})).status).toBe(409);
  });
});
