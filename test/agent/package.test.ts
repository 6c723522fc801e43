import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AgentCall } from '../../src/agent/run-agent.ts';
import { contentOf, parseProperties } from '../../src/pipeline/configuration-file.ts';
import { RESULTS_ATTACHMENT } from '../../src/pipeline/contract.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { CredentialApi } from '../sandbox/credential-api.ts';
import { waitFor } from '../support/wait-for.ts';
import { agentNode, installAgent, type InstalledAgent, runInstalled } from './installed-agent.ts';

const KEY = { organization: 'contoso-group', project: 'Tenants', repository: 'contoso-test' };
const LOCATIONS = 'MSGraph:ConditionalAccess:NamedLocations';

let folder: string;
let sandbox: Sandbox;
let api: CredentialApi;
let agent: InstalledAgent;
const calls: AgentCall[] = [];
const lines: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agent-test-'));
  const node = agentNode();
  agent = { node: node.path, command: installAgent(folder) };
  console.log(`The installed command runs on Node.js ${node.version}.`);
  api = new CredentialApi(60_000);
  await api.start();
  sandbox = await startSandbox({
    ...{ dataFolder: join(folder, 'world'), port: 0, timeScale: 1000, scenarios: false, fleet: 'small' },
    apiUrl: () => api.url,
    logger: createLogger('silent', () => undefined),
    runAgent: (given) => {
      calls.push(given);
      const write = (line: string) => {
        lines.push(line);
        given.write(line);
      };
      return runInstalled(agent, { ...given, write });
    },
  });
  api.sandbox = sandbox;
}, 300_000);
afterAll(async () => {
  await sandbox.stop();
  await api.stop();
  await rm(folder, { recursive: true, force: true });
});

async function someLocation(): Promise<[path: string, content: string]> {
  const files = await sandbox.world.readFiles(KEY, 'main');
  const found = [...files].find(
    ([path, content]) => path.includes('/NamedLocations/') && content.includes('isTrusted'),
  );
  if (!found) throw new Error('The tenant has no location by address.');
  return found;
}

const phaseIs = (phase: string) =>
  waitFor(`a run that is ${phase}`, () => sandbox.world.runs(KEY)[0]?.phase === phase, { withinMs: 120_000 });
const attachments = async (type: string, buildId: number) => {
  const base = `${sandbox.azureDevOpsUrl}/${KEY.organization}/${KEY.project}/_apis/build/builds/${buildId}`;
  const headers = { Authorization: `Basic ${Buffer.from(':token').toString('base64')}` };
  const list = (await (await fetch(`${base}/attachments/${type}?api-version=7.1`, { headers })).json()) as {
    value: { _links: { self: { href: string } } }[];
  };
  const href = list.value[0]?._links.self.href ?? '';
  return (await fetch(href, { headers })).json() as Promise<unknown>;
};

test(
  'Packed and installed, it backs up, previews, waits for approval and deploys',
  { timeout: 300_000 },
  async () => {
    const [path, before] = await someLocation();
    const properties = parseProperties(path, before);
    const isTrusted = properties.isTrusted !== true;
    await sandbox.world.editFile(KEY, path, contentOf(LOCATIONS, { ...properties, isTrusted }), 'Edit');
    const buildId = await sandbox.world.runSchedule(KEY);
    await phaseIs('WAITING_AT_GATE');
    expect(sandbox.tenants.ledger()).toEqual([]);
    await sandbox.world.decideInPortal(buildId, 'approved', 'Megan Bowen', '');
    await phaseIs('FINISHED');
    expect(lines.filter((line) => line.includes('task.logissue'))).toEqual([]);
    expect(sandbox.world.runs(KEY)[0]?.result).toBe('succeeded');
    expect(sandbox.tenants.ledger()).toMatchObject([
      { action: 'updated', displayName: properties.displayName },
    ]);
    expect(await attachments(RESULTS_ATTACHMENT.type, buildId)).toMatchObject({
      results: [{ path, result: 'APPLIED' }],
    });
    expect((await sandbox.world.readFiles(KEY, 'tenant-state')).get(path)).toContain(
      `"isTrusted": ${isTrusted}`,
    );
    expect(calls.map(({ args }) => args[0])).toEqual(['authenticate', 'backup', 'preview', 'deploy']);
  },
);

test('Called without its environment it names what is missing, and ends with 1', async () => {
  lines.length = 0;
  const lost = {
    args: ['backup'],
    environment: {},
    write: (line: string) => void lines.push(line),
    signal: new AbortController().signal,
    patience: { refusedForMs: 0, unreachableForMs: 0, msOfPause: (ms: number) => ms },
  };
  expect(await runInstalled(agent, lost)).toBe(1);
  expect(lines.join('\n')).toContain('TENANT_SYNC_API is not set');
  expect(await runInstalled(agent, { ...lost, args: ['--help'] })).toBe(2);
  expect(lines.join('\n')).toContain('Usage: tenant-sync-agent');
});
