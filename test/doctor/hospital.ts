/** A sandbox to be examined, and an administrator who breaks things in it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config.ts';
import { examine } from '../../src/doctor/examine.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import type { Practice } from '../../src/doctor/practice.ts';
import { practiceOf } from '../../src/doctor-practice.ts';
import { SANDBOX_HOOK_SECRET, sandboxEnvironment } from '../../src/sandbox-environment.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { planTenant } from '../../src/sandbox/tenants/tenant-plan.ts';
import { silent } from '../support/silent.ts';

export const ORGANIZATION = 'contoso-group';
export const PROJECT = 'Tenants';
const API_URL = 'http://127.0.0.1:4000';

export type Hospital = AsyncDisposable & Awaited<ReturnType<typeof openHospital>>;

export async function openHospital(names: readonly string[]) {
  await using parts = new AsyncDisposableStack();
  const dataFolder = await mkdtemp(join(tmpdir(), 'doctor-'));
  parts.defer(() => rm(dataFolder, { recursive: true, force: true }));
  const sandbox = await startSandbox({
    dataFolder,
    port: 0,
    timeScale: 20,
    apiUrl: () => API_URL,
    scenarios: false,
    fleet: names.map(
      (repository) =>
        planTenant({ organization: ORGANIZATION, repository, displayName: `Tenant ${repository}` }).blueprint,
    ),
    hookPassword: SANDBOX_HOOK_SECRET,
    logger: silent,
  });
  parts.defer(() => sandbox.stop());
  const environment = sandboxEnvironment(sandbox, { databaseUrl: 'postgres://unused', port: 4000 });
  const kept = parts.move();
  /** Another practice: other settings, other arguments. */
  const practice = (settings: Record<string, string> = {}, given: Partial<Practice> = {}): Practice => ({
    ...practiceOf(readConfig({ ...environment, ...settings }), {
      approvers: [],
      feedUrl: null,
      onProgress: () => undefined,
      logger: silent,
    }),
    ...given,
  });
  return {
    sandbox,
    settings: environment,
    practice,
    examine: (...args: Parameters<typeof practice>) => examine(practice(...args)),
    ...administrator(sandbox.azureDevOpsUrl),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Somebody with every right, in the portal. */
function administrator(azureDevOpsUrl: string) {
  const organization = `${azureDevOpsUrl}/${ORGANIZATION}`;
  async function ask<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${organization}/${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(':administrator').toString('base64')}`,
        'content-type': 'application/json',
        accept: 'application/json;api-version=7.1',
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? null : JSON.parse(text)) as Answer;
  }
  const project = `${PROJECT}/_apis`;
  type Row = { id: number | string; name: string; eventType: string };
  const find = async (path: string, fits: (row: Row) => boolean) => {
    const { value } = await ask<{ value: Row[] }>('GET', path);
    const row = value.find(fits);
    if (!row) throw new Error(`${path} holds no such row.`);
    return row;
  };
  const named = (path: string, name: string) => find(`${project}/${path}`, (row) => row.name === name);
  return {
    ask,
    project,
    environment: (name: string) => named('distributedtask/environments', name),
    pipeline: (name: string) => named('build/definitions', `${name} - Sync`),
    connection: (name: string) => named('serviceendpoint/endpoints', `${name}-sync`),
    subscription: (eventType: string) =>
      find('_apis/hooks/subscriptions', (row) => row.eventType === eventType),
    check: async (name: string) => {
      const { id } = await named('distributedtask/environments', name);
      const path = `${project}/pipelines/checks/configurations?resourceType=environment&resourceId=${id}&$expand=settings`;
      const { value } = await ask<{ value: { id: number; settings: object }[] }>('GET', path);
      const [check] = value;
      if (!check) throw new Error(`${name} has no check.`);
      return check;
    },
  };
}

/** Everything that is not well, in short. */
export const complaints = (findings: readonly Finding[]) =>
  findings
    .filter(({ state }) => state !== 'ok')
    .map(({ subject, check, state }) => ({ subject, check, state }));
