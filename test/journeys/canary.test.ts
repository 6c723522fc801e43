import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tokenCaches } from '../../src/azure-devops/azure-devops.table.ts';
import { createSeal } from '../../src/lib/seal.ts';
import { ask, get, subscribe } from '../support/client.ts';
import { runOf, startSync, untilStatus, untilTenant } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';

const logged: string[] = [];
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ tenants: ['canary'], delegated: true, onLog: (line) => logged.push(line) });
});
afterAll(() => stack[Symbol.asyncDispose]());

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

/** The tokens that MSAL keeps for the tenants, in clear. */
async function tokens(): Promise<string[]> {
  const seal = createSeal([{ id: 'sandbox', key: createHash('sha256').update('sandbox').digest() }]);
  const rows = await stack.database.database.db.select().from(tokenCaches);
  const secrets = rows.flatMap(({ owner, sealed }) => {
    const cache = JSON.parse(seal.open(sealed, `token-cache:${owner}`)) as Record<
      string,
      Record<string, { secret?: string }>
    >;
    return Object.values(cache).flatMap((part) => Object.values(part).map(({ secret }) => secret ?? ''));
  });
  return secrets.filter((secret) => secret.length > 20);
}

it('no secret of a sync with a sign-in, of keys or of wrong keys shows in logs, answers, events, errors or tables', async () => {
  const answers: string[] = [];
  await using events = subscribe(
    stack.place.url,
    'subscription { events { __typename id ... on TenantEvent { actor { id } } } }',
  );
  const before = await untilStatus(stack.place, 'canary', 'NOT_RUN');
  await startSync(stack.place, before.id);
  const waiting = await untilTenant(
    stack.place,
    'canary',
    'shows a code',
    (one) => !!one.latestRun?.authentication?.userCode,
  );
  const userCode = runOf(waiting).authentication?.userCode ?? '';
  const codeRows = await dump();
  const askedByViewer = await ask(
    stack.place.url,
    '{ tenants { nodes { latestRun { authentication { userCode message } } } } events { edges { node { id } } } }',
    { as: 'viewer' },
  );
  answers.push(JSON.stringify(askedByViewer));
  stack.signIn('canary', userCode);
  await untilStatus(stack.place, 'canary', 'IDLE');

  const made = await get<{ createApiKey: { secret: string } }>(
    stack.place.url,
    'mutation { createApiKey(input: { name: "canary", roles: [ADMIN] }) { ... on NewApiKey { secret } } }',
  );
  const { secret } = made.createApiKey;
  const wrong = `tsk_${'wrong'.repeat(9)}`;
  for (const key of [secret, wrong]) {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    for (const query of [
      '{ apiKeys { name secrets { prefix } } auditLog { nodes { act details { value } } } }',
      '{',
    ]) {
      const response = await fetch(stack.place.url, {
        method: 'POST',
        headers,
        body: JSON.stringify({ query }),
      });
      answers.push(await response.text());
    }
  }
  const secrets = [...(await tokens()), secret, wrong, 'sandbox-admin'];
  expect(secrets.length).toBeGreaterThan(4);
  const places = {
    logs: logged.join('\n'),
    answers: answers.join('\n'),
    events: JSON.stringify(events),
    tables: await dump(),
  };
  for (const [place, text] of Object.entries(places)) {
    expect(text.length, place).toBeGreaterThan(0);
    const shown =
      place === 'tables' || place === 'answers' ? secrets.filter((one) => one !== 'sandbox-admin') : secrets;
    for (const one of shown) expect(text.includes(one), `${place} show ${one.slice(0, 8)}…`).toBe(false);
  }
  for (const text of [codeRows, places.logs, answers[0] ?? '']) expect(text).not.toContain(userCode);
});
