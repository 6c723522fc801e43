/** A simulated Azure DevOps with one tenant, on a real port, and the API's side of credentials beside it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAgent } from '../../../src/agent/run-agent.ts';
import type { CredentialGranted, SyncStage } from '../../../src/pipeline/contract.ts';
import type { StageContext, StageOutcome } from '../../../src/pipeline/stage.ts';
import {
  createAzureDevOpsWorld,
  type SimulatedAzureDevOps,
} from '../../../src/sandbox/azure-devops/azure-devops-world.ts';
import { createSandboxClock } from '../../../src/sandbox/clock.ts';
import type { TenantBlueprint, TenantKey } from '../../../src/sandbox/contract.ts';

export const KEY: TenantKey = { organization: 'contoso', project: 'Tenants', repository: 'contoso-eu' };

export const BLUEPRINT: TenantBlueprint = {
  ...KEY,
  directoryId: '11111111-1111-4111-8111-111111111111',
  displayName: 'Contoso Europe',
  domain: 'contosoeu.onmicrosoft.com',
  authentication: 'delegated',
  backupOnly: false,
  baseline: null,
  schedule: '0 2 * * *',
  hasGate: true,
  approvers: [
    { displayName: 'Ada Approver', isGroup: false },
    { displayName: 'Grace Guard', isGroup: false },
  ],
  minRequired: 1,
  files: new Map([
    ['Source/a.json', '{"a":1}\n'],
    ['Source/deep/b.json', '{"b":2}\n'],
  ]),
};

const GRANTED: CredentialGranted = {
  accessToken: 'an access token',
  expiresAt: '2100-01-01T00:00:00Z',
  digestKey: '',
  approvedDigest: null,
};

/** What the API answers to a job, given how often it was asked. */
export type CredentialAnswer = (times: number) => { status: number; body: unknown };
export const granting: CredentialAnswer = () => ({ status: 200, body: GRANTED });

export type StageCode = (stage: SyncStage, context: StageContext) => Promise<StageOutcome>;

/** Asks for the credential, backs one file up, finds changes, deploys. */
export const simpleStages: StageCode = async (stage, context) => {
  await context.credential(stage);
  context.report.log(`${stage} runs in mode ${context.mode}`);
  if (stage === 'BACKUP') {
    const expectedHead = await context.repository.head('tenant-state');
    const files = new Map([['Source/a.json', '{"a":0}\n']]);
    await context.repository.commit({ branch: 'tenant-state', expectedHead, message: 'Back up', files });
  }
  if (stage === 'PREVIEW') {
    await context.report.attach({
      type: 'tenant-sync.change-set',
      name: 'change-set.json',
      content: '{"version":1}',
    });
    await context.report.publishArtifact('report', new Map([['report.txt', 'all of it']]));
    await context.report.addTag('sync-preview-ready');
    return { succeeded: true, changesNeeded: true };
  }
  return { succeeded: true };
};

export type TestWorld = {
  world: SimulatedAzureDevOps;
  /** `http://127.0.0.1:…/azure-devops/contoso`. */
  organizationUrl: string;
  dataFolder: string;
  /** Bearer tokens with which jobs asked for credentials. */
  jobTokens: string[];
  answerCredentials(answer: CredentialAnswer): void;
  [Symbol.asyncDispose](): Promise<void>;
};

export type WorldSetup = {
  runStage?: StageCode;
  blueprint?: Partial<TenantBlueprint>;
  timeScale?: number;
  dataFolder?: string;
};

export async function openTestWorld(setup: WorldSetup = {}): Promise<TestWorld> {
  const { runStage = simpleStages, blueprint = {}, timeScale = 100 } = setup;
  const dataFolder = setup.dataFolder ?? (await mkdtemp(join(tmpdir(), 'sandbox-azure-devops-')));
  const jobTokens: string[] = [];
  let credentials = granting;
  const api = await listen((request, response) => {
    jobTokens.push(request.headers.authorization?.replace('Bearer ', '') ?? '');
    const { status, body } = credentials(jobTokens.length);
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  });
  let world: SimulatedAzureDevOps | null = null;
  const server = await listen(
    (request, response) =>
      void world?.route(request, response, new URL(request.url ?? '/', 'http://sandbox')),
  );
  world = await createAzureDevOpsWorld({
    dataFolder,
    clock: createSandboxClock(timeScale),
    baseUrl: () => server.url,
    apiUrl: () => api.url,
    runAgent: (call) => runAgent({ ...call, runStage }),
    graphUrl: () => `${server.url}/no-graph`,
    entraUrl: () => `${server.url}/no-entra`,
  });
  await world.addTenant({ ...BLUEPRINT, ...blueprint });
  const stop = async () => {
    await world.stop();
    for (const each of [server.server, api.server]) each.closeAllConnections();
    await Promise.all([server, api].map(({ server: each }) => new Promise((resolve) => each.close(resolve))));
    if (!setup.dataFolder) await rm(dataFolder, { recursive: true });
  };
  return {
    world,
    organizationUrl: `${server.url}/azure-devops/${KEY.organization}`,
    dataFolder,
    jobTokens,
    answerCredentials: (answer) => void (credentials = answer),
    [Symbol.asyncDispose]: stop,
  };
}

async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ server: Server; url: string }> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return { server, url: `http://127.0.0.1:${address.port}` };
}

/** An unsigned token, as the sandbox's Entra would fill it. */
export function tokenOf(claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ exp: 4_000_000_000, ...claims })}.signature`;
}
export const personToken = (name: string) =>
  tokenOf({ name, preferred_username: `${name}@x.example`, scp: 'user_impersonation' });
export const serviceToken = tokenOf({
  appid: 'b0b0b0b0-0000-4000-8000-000000000000',
  idtyp: 'app',
  app_displayname: 'Sync API',
});

export type RawAnswer = { status: number; headers: Headers; text: string; body: Record<string, unknown> };

/** One request with a token and an API version. */
export async function ask(
  { organizationUrl }: TestWorld,
  request: {
    method?: string;
    path: string;
    body?: unknown;
    token?: string;
    headers?: Record<string, string>;
  },
): Promise<RawAnswer> {
  const { method = 'GET', path, body, token = serviceToken, headers = {} } = request;
  const response = await fetch(`${organizationUrl}/${path}${path.includes('?') ? '&' : '?'}api-version=7.1`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      Accept: 'application/json',
      'Content-Type': 'application/json',
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: objectOf(text) };
}

function objectOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Starts a run through the Pipelines API; answers its id. */
export async function startRun(world: TestWorld, mode = 'full'): Promise<number> {
  const body = { templateParameters: { syncRequestId: 'request-1', comment: 'because', mode } };
  const answer = await ask(world, { method: 'POST', path: 'Tenants/_apis/pipelines/1/runs', body });
  if (answer.status !== 200) throw new Error(answer.text);
  return Number(answer.body['id']);
}
