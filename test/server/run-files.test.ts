/** Logs and artifacts: streams of Azure DevOps behind this API's door, for callers and for links in a browser. */
import { once } from 'node:events';
import { get as httpGet, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAzureDevOps } from '../../src/azure-devops/azure-devops.ts';
import { createDoors } from '../../src/azure-devops/doors.ts';
import { newId } from '../../src/lib/ids.ts';
import { artifactPath, linksFor, logsPath, TICKET_LIVES_MS } from '../../src/sync-runs/file-links.ts';
import type { SyncRun } from '../../src/sync-runs/sync-run.ts';
import type { Tenant } from '../../src/tenants/tenant.ts';
import { json, serve } from '../azure-devops/small-server.ts';
import { type Api, ORGANIZATION, PROJECT, startApi } from '../support/api.ts';
import { silent } from '../support/database.ts';
import { addRun, addTenant } from '../support/rows.ts';
import { waitFor } from '../support/wait-for.ts';

let api: Api;
let tenant: Tenant;
let run: SyncRun;
beforeAll(async () => {
  api = await startApi();
  tenant = await addTenant(api.db, 'files');
  run = await addRun(api.db, tenant, { buildId: 13, name: '20261123.1' });
});
afterAll(() => api[Symbol.asyncDispose]());

/** Azure DevOps answers here from now on. */
async function answerWith(answer: (response: ServerResponse, url: string) => void) {
  const server = await serve((response, { url }) => answer(response, url));
  api.services.azure = createAzureDevOps({
    projects: [{ organizationUrl: `${server.url}/contoso`, organization: ORGANIZATION, project: PROJECT }],
    onBehalfOf: null,
    doors: createDoors({ tokens: { authorization: () => Promise.resolve('Bearer azure') }, logger: silent }),
    logger: silent,
  });
  return server;
}

const ZIP = { 'content-type': 'application/zip' };
const sendZip = (response: ServerResponse) => void response.writeHead(200, ZIP).end('PK and so on');

const linksAt = (now: Date) =>
  linksFor({ seal: api.services.seal, publicUrl: api.url }, { tenantId: tenant.id, now });
const link = () => linksAt(new Date())(logsPath(run.id));
const statusOf = async (url: string) => (await fetch(url)).status;

type Files = { syncRun: { logsUrl: string | null; actions: { action: string; url: string | null }[] } };
const urlsFor = async (as: 'viewer' | 'operator') => {
  const query = 'query ($id: ID!) { syncRun(id: $id) { logsUrl actions { action url } } }';
  const { data } = await api.ask<Files, unknown>(query, { id: run.id }, as);
  const menu = data?.syncRun.actions.find(({ action }) => action === 'DOWNLOAD_LOGS')?.url;
  return [data?.syncRun.logsUrl, menu].map((url) => url && url.replace('http://api.example', api.url));
};

test('The address of logs opens them in a browser, which sends no header', async () => {
  const azure = await answerWith(sendZip);
  for (const url of await urlsFor('operator')) {
    const file = await fetch(url ?? '');
    expect([file.status, await file.text()]).toEqual([200, 'PK and so on']);
    expect(Object.fromEntries(file.headers)).toMatchObject({
      'content-type': 'application/zip',
      'content-disposition': 'attachment; filename="20261123.1-logs.zip"',
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
    });
  }
  expect(azure.seen.map(({ url }) => url)).toEqual(
    Array(2).fill(`/contoso/${PROJECT}/_apis/build/builds/13/logs`),
  );
  expect(await urlsFor('viewer')).toEqual([null, null]);
});

test('A link opens its own file, for five minutes, and whole', async () => {
  await answerWith(sendZip);
  const url = link();
  expect(await statusOf(url)).toBe(200);
  const other = await addRun(api.db, tenant, { buildId: 14 });
  const foreign = await addRun(api.db, await addTenant(api.db, 'foreign'), { buildId: 15 });
  const wrong = {
    'another run': url.replace(run.id, other.id),
    "another tenant's run": url.replace(run.id, foreign.id),
    'a ticket for another tenant': linksAt(new Date())(logsPath(foreign.id)),
    'a run that is not there': linksAt(new Date())(logsPath(newId('run'))),
    'another file': url.replace('/logs', '/artifacts'),
    'an artifact of another name': linksAt(new Date())(artifactPath(run.id, 'a')).replace('/a?', '/b?'),
    'one that has ended': linksAt(new Date(Date.now() - TICKET_LIVES_MS))(logsPath(run.id)),
    'one cut short': url.slice(0, -1),
    'one that is changed': url.replace(/.{3}$/, 'AAA'),
    'no ticket': url.replace(/ticket=.*/, 'ticket='),
  };
  for (const [what, address] of Object.entries(wrong)) {
    const status = await statusOf(address);
    expect({ what, isRefused: status === 401 || status === 404 }).toEqual({ what, isRefused: true });
  }
});

test('The list of artifacts gives addresses that open each of them', async () => {
  const azure = await answerWith((response, url) =>
    url.includes('artifactName=')
      ? sendZip(response)
      : json(response, 200, { value: [{ name: 'Backup & more/1', resource: { type: 'PipelineArtifact' } }] }),
  );
  const list = await fetch(linksAt(new Date())(`/runs/${run.id}/artifacts`));
  const [artifact] = (await list.json()) as { name: string; url: string }[];
  const url = artifact?.url.replace('http://api.example', api.url) ?? '';
  expect(await (await fetch(url)).text()).toBe('PK and so on');
  expect(azure.seen.at(-1)?.url).toContain('artifactName=Backup%20%26%20more%2F1&');
});

test('What is gone in Azure DevOps is 404, and Azure DevOps being away 502', async () => {
  await answerWith((response) => json(response, 404, { message: 'The build does not exist.' }));
  const gone = await fetch(link());
  expect([gone.status, await gone.text()]).toEqual([
    404,
    expect.stringContaining('The build does not exist.'),
  ]);
  await answerWith((response) => json(response, 400, { message: 'No.' }));
  expect(await statusOf(link())).toBe(502);
});

test('A download is a stream: Azure DevOps is read as fast as the caller reads, and not after the caller left', async () => {
  const CHUNK = Buffer.alloc(64 * 1024);
  const MOST = 512 * 1024 * 1024;
  let sent = 0;
  let isOver = false;
  await answerWith((response) => {
    response.writeHead(200, ZIP);
    response.once('close', () => (isOver = true));
    const write = () => {
      while (!isOver && sent < MOST) {
        sent += CHUNK.length;
        if (!response.write(CHUNK)) return void response.once('drain', write);
      }
      response.end();
    };
    write();
  });
  const request = httpGet(link());
  const [message] = (await once(request, 'response')) as [IncomingMessage];
  await once(message, 'readable');
  expect(message.read()).not.toBeNull();
  // What was sent and not read is in the buffers of two sockets and two streams.
  let before = -1;
  await waitFor('the sender to be held up', () => {
    const isHeld = sent === before;
    before = sent;
    return isHeld;
  });
  console.log(`held up after ${Math.round(sent / 1024 / 1024)} MB of ${MOST / 1024 / 1024}`);
  expect(sent).toBeLessThan(MOST / 4);
  request.destroy();
  await waitFor('the request to Azure DevOps to be given up', () => isOver);
  expect(sent).toBeLessThan(MOST / 4);
});
