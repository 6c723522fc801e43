/** Every secret of a sync with a sign-in and an approval by a person, looked for everywhere that it could have come to. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSeal } from '../../src/lib/seal.ts';
import {
  API_CLIENT_ID,
  API_CLIENT_SECRET,
  API_DIRECTORY_ID,
} from '../../src/sandbox/entra/app-registrations.ts';
import { digestKeyOf } from '../../src/sync-runs/digest-key.ts';
import type { TenantId } from '../../src/lib/ids.ts';
import { ask, get, subscribe } from '../support/client.ts';
import { collectEntraSecrets, type EntraSecrets } from '../support/entra-secrets.ts';
import { openEventStream } from '../support/event-stream.ts';
import { changeSetOf, runOf, startSync, untilStatus, untilTenant } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

const sealingKey = randomBytes(32);
const signingKey = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' });
const WIFI_SECRET = 'canary-of-the-wifi-key';

const logged: string[] = [];
let stack: Stack;
let entra: EntraSecrets;
beforeAll(async () => {
  entra = collectEntraSecrets();
  stack = await startStack({
    tenants: ['canary'],
    delegated: true,
    onLog: (line) => logged.push(line),
    settings: {
      ENCRYPTION_KEYS: `canary:${sealingKey.toString('base64')}`,
      AUDIT_SIGNING_KEY: signingKey.toString('base64'),
      ENTRA_CALLER_DIRECTORIES: API_DIRECTORY_ID,
      ENTRA_CALLER_SCOPE: 'user_impersonation',
    },
  });
});
afterAll(async () => {
  entra[Symbol.dispose]();
  await stack[Symbol.asyncDispose]();
});

/** Every row of every table, as text. */
async function dump(): Promise<string> {
  const { db } = stack.database.database;
  const { rows: tables } = await db.execute<{ schema: string; name: string }>(
    sql`select schemaname as schema, tablename as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  const texts = tables.map(async ({ schema, name }) => {
    const table = sql`${sql.identifier(schema)}.${sql.identifier(name)}`;
    const { rows } = await db.execute<{ row: string }>(sql`select one::text as row from ${table} as one`);
    return rows.map(({ row }) => row).join('\n');
  });
  return (await Promise.all(texts)).join('\n');
}

/** What Azure DevOps was given of the runs: logs, attachments, timelines. */
async function runRecords(): Promise<string> {
  const folder = join(stack.dataFolder, 'azure-devops/builds');
  const texts = (await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8'));
  return (await Promise.all(texts)).join('\n');
}

const RUN = `id status error { message } authentication { userCode message verificationUri }
  decisions { comment by { displayName } }
  changeSet { digest changes { nodes { displayName diff properties { path before after } } } }`;
const EVENTS = `subscription { events {
  __typename id ... on TenantEvent { actor { id displayName } tenant { name latestRun { ${RUN} } } }
} }`;
const EVERYTHING = `{ viewer { actor { id displayName } } tenants { nodes { name latestRun { ${RUN} } } }
  events { edges { node { __typename id } } } }`;

async function createKey(): Promise<string[]> {
  const { createApiKey } = await get<{ createApiKey: { key: { id: string }; secret: string } }>(
    stack.place.url,
    'mutation { createApiKey(input: { name: "canary", roles: [ADMIN] }) { ... on NewApiKey { key { id } secret } } }',
  );
  const { rotateApiKey } = await get<{ rotateApiKey: { secret: string } }>(
    stack.place.url,
    `mutation { rotateApiKey(input: { keyId: "${createApiKey.key.id}" }) { ... on NewApiKey { secret } } }`,
  );
  return [createApiKey.secret, rotateApiKey.secret];
}

/** What somebody is answered who sends this as the bearer. */
async function answersTo(bearer: string): Promise<string> {
  const questions = [
    '{ viewer { actor { id } } apiKeys { name secrets { prefix } } auditLog(last: 100) { nodes { act target details { value } } } }',
    '{ viewer',
  ];
  const answers = questions.map(async (query) => {
    const response = await fetch(stack.place.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
      body: JSON.stringify({ query }),
    });
    return response.text();
  });
  return (await Promise.all(answers)).join('\n');
}

/** A person of the API's own directory, who may approve. */
async function approver(): Promise<string> {
  const [account] = stack.sandbox.entra.accounts(API_DIRECTORY_ID);
  if (!account) throw new Error('The directory has no accounts.');
  await get(
    stack.place.url,
    `mutation { grantRole(input: { subject: "person/${API_DIRECTORY_ID}/${account.objectId}", role: APPROVER }) { __typename } }`,
  );
  return stack.sandbox.entra.tokenFor(account, API_CLIENT_ID, API_CLIENT_ID);
}

async function approve(token: string, { id, digest }: { id: string; digest: string }): Promise<void> {
  const query = `mutation { approveChangeSet(input: { changeSetId: "${id}", digest: "${digest}" }) { __typename } }`;
  const response = await fetch(stack.place.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  expect(await response.json()).toMatchObject({ data: { approveChangeSet: { __typename: 'Decision' } } });
}

it('no secret of a sync with a sign-in and an approval, of keys or of wrong keys shows anywhere', async () => {
  await using events = subscribe<object>(stack.place.url, EVENTS);
  await using stream = openEventStream(stack.place.url, {
    query: EVENTS,
    authorization: 'Bearer sandbox-viewer',
  });
  await events.opened;
  const before = await untilStatus(stack.place, 'canary', 'NOT_RUN');
  await stack.desireSecret('canary', WIFI_SECRET);
  await startSync(stack.place, before.id);
  const asked = await untilTenant(
    stack.place,
    'canary',
    'shows a code',
    (one) => !!one.latestRun?.authentication?.userCode,
  );
  const whileWaiting = [
    await dump(),
    JSON.stringify(await ask(stack.place.url, EVERYTHING, { as: 'viewer' })),
  ];
  stack.sandbox.control.failEntra({ tenant: 'canary', kind: 'unavailable', times: 1 });
  stack.signIn('canary', runOf(asked).authentication?.userCode ?? '');
  const waiting = await untilStatus(stack.place, 'canary', 'PENDING_APPROVAL');
  const person = await approver();
  await approve(person, changeSetOf(waiting));
  const idle = await untilStatus(stack.place, 'canary', 'IDLE');
  expect(runOf(idle).outcome).toBe('SUCCEEDED');

  const keys = await createKey();
  const wrong = [`tsk_${'wrong'.repeat(9)}`, `${person.slice(0, -8)}AAAAAAAA`];
  const answers = await Promise.all([...keys, ...wrong, person].map(answersTo));
  answers.push(JSON.stringify(await ask(stack.place.url, EVERYTHING, { as: 'operator' })));
  const exported = await fetch(new URL('/audit-log', stack.place.url), {
    headers: { authorization: 'Bearer sandbox-admin' },
  });
  await waitFor('the last events', () => JSON.stringify(events.received).includes('"status":"COMPLETED"'));
  await waitFor('the same over SSE', () => JSON.stringify(stream.messages).includes('COMPLETED'));
  expect([events.errors, exported.status]).toEqual([[], 200]);

  const seal = createSeal([{ id: 'canary', key: sealingKey }]);
  const digestKey = await digestKeyOf({ db: stack.database.database.db, seal }, before.id as TenantId);
  const secrets: Record<string, string[]> = {
    'access tokens': entra.of('access_token'),
    'refresh tokens': entra.of('refresh_token'),
    'identity tokens': entra.of('id_token'),
    'device codes': entra.of('device_code'),
    'user codes': entra.of('user_code'),
    'the credential of the API': [API_CLIENT_SECRET],
    'key material': [sealingKey, signingKey, digestKey].map((key) => key.toString('base64')),
    'API keys': keys,
    'wrong keys': wrong,
    "the person's token": [person],
    'sensitive values': [WIFI_SECRET],
  };
  const places: Record<string, string> = {
    logs: logged.join('\n'),
    answers: answers.join('\n'),
    'events over WebSocket': JSON.stringify(events.received),
    'events over SSE': JSON.stringify(stream.messages),
    'the audit export': await exported.text(),
    tables: await dump(),
    'tables and answers while a code was shown': whileWaiting.join('\n'),
    'records of the runs': await runRecords(),
  };
  for (const [place, text] of Object.entries(places)) expect(text.length, place).toBeGreaterThan(200);
  for (const [kind, values] of Object.entries(secrets)) {
    expect(values.length, kind).toBeGreaterThan(0);
    for (const value of values) {
      expect(value.length, kind).toBeGreaterThan(7);
      const shown = Object.entries(places).filter(([, text]) => text.includes(value));
      expect({ kind, shown: shown.map(([place]) => place) }).toEqual({ kind, shown: [] });
    }
  }
});
