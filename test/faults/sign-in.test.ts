/** Signing in to tenants while people, Entra and the program itself misbehave. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInFlows } from '../../src/sync-runs/sync-runs.table.ts';
import { get } from '../support/client.ts';
import { cancelSync, type Place, runOf, startSync, untilStatus, untilTenant } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

const NAMES = [
  ...[
    'astray',
    'expired',
    'unsteady',
    'interrupted',
    'two-instances',
    'unreadable',
    'given-up',
    'forged',
    'canary',
  ],
];

const logged: string[] = [];
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ tenants: NAMES, delegated: true, onLog: (line) => logged.push(line) });
});
afterAll(() => stack[Symbol.asyncDispose]());

const untilCode = async (name: string, other: string | null = null): Promise<string> => {
  const waiting = await untilTenant(stack.place, name, 'shows a code', (one) => {
    const code = one.latestRun?.authentication?.userCode;
    return !!code && code !== other;
  });
  return runOf(waiting).authentication?.userCode ?? '';
};

async function startAndWait(name: string): Promise<string> {
  const tenant = await untilStatus(stack.place, name, 'NOT_RUN');
  await startSync(stack.place, tenant.id);
  return untilCode(name);
}

const waitingSignIns = () => stack.database.database.db.select().from(signInFlows);

async function restartAuthentication(name: string, place: Place = stack.place): Promise<void> {
  const tenant = await untilTenant(place, name, 'is there', () => true);
  const query = `mutation ($input: RestartAuthenticationInput!) {
    restartAuthentication(input: $input) { __typename ... on Refusal { message } }
  }`;
  const variables = { input: { syncRunId: runOf(tenant).id } };
  const { restartAuthentication: answer } = await get<{ restartAuthentication: { __typename: string } }>(
    place.url,
    query,
    { variables, as: 'operator' },
  );
  expect(answer).toMatchObject({ __typename: 'SyncRun' });
}

describe('a sync that waits for a sign-in', () => {
  it.each([
    ['astray', 'wrong-directory'],
    ['expired', 'expire'],
  ])('%s: takes another code after the first was answered with %s', async (name, answer) => {
    const first = await startAndWait(name);
    stack.sandbox.control.signIn(first, answer);
    await waitFor('a new code to be given', async () => {
      await restartAuthentication(name);
      return (await untilCode(name)) !== first;
    });
    stack.sandbox.control.signIn(await untilCode(name, first));
    expect(runOf(await untilStatus(stack.place, name, 'IDLE')).outcome).toBe('SUCCEEDED');
  });

  it('bears being told to slow down, and an Entra that is away for a while', async () => {
    const code = await startAndWait('unsteady');
    for (const kind of ['unavailable', 'slow_down'] as const)
      stack.sandbox.control.failEntra({ tenant: 'unsteady', kind, times: 1 });
    stack.sandbox.control.signIn(code);
    // Kept with the code: whoever asks next keeps the longer pause, too.
    await waitFor('a longer pause', async () =>
      (await waitingSignIns()).some(({ askEveryMs }) => askEveryMs > 5_000),
    );
    expect(runOf(await untilStatus(stack.place, 'unsteady', 'IDLE')).outcome).toBe('SUCCEEDED');
  });

  it('goes on with the same code after the program was restarted', async () => {
    const code = await startAndWait('interrupted');
    await stack.restartApp();
    stack.sandbox.control.signIn(code);
    expect(runOf(await untilStatus(stack.place, 'interrupted', 'IDLE')).outcome).toBe('SUCCEEDED');
  });

  it('takes the code of another instance, and Entra is asked about that one only', async () => {
    const first = await startAndWait('two-instances');
    const second = await stack.startSecondApp();
    await using _app = second.app;
    await restartAuthentication('two-instances', second.place);
    const code = await untilCode('two-instances', first);
    await waitFor('only one to be kept', async () => (await waitingSignIns()).length === 1);
    stack.sandbox.control.signIn(code);
    expect(runOf(await untilStatus(stack.place, 'two-instances', 'IDLE')).outcome).toBe('SUCCEEDED');
  });

  it('whose code no key opens any more ends, so that another can be asked for', async () => {
    const first = await startAndWait('unreadable');
    await stack.database.database.db.update(signInFlows).set({ sealed: 'v2.lost.a.b.c.d.e.f' });
    await waitFor('it to be given up', async () => (await waitingSignIns()).length === 0);
    await restartAuthentication('unreadable');
    stack.sandbox.control.signIn(await untilCode('unreadable', first));
    expect(runOf(await untilStatus(stack.place, 'unreadable', 'IDLE')).outcome).toBe('SUCCEEDED');
  });

  it('that is cancelled is forgotten with its code', async () => {
    await startAndWait('given-up');
    await waitFor('its code to be kept', async () => (await waitingSignIns()).length === 1);
    const tenant = await untilTenant(stack.place, 'given-up', 'is there', () => true);
    expect((await cancelSync(stack.place, runOf(tenant).id)).__typename).toBe('SyncRun');
    await waitFor('nothing to be kept', async () => (await waitingSignIns()).length === 0);
  });
});

describe("a credential for a job's run", () => {
  const ask = async (bearer: string | null, buildId: number) => {
    const answer = await fetch(`${new URL(stack.place.url).origin}/pipeline/credentials`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify({ buildId, stage: 'AUTHENTICATE' }),
    });
    return { status: answer.status, text: await answer.text() };
  };

  it('is given for no token that is forged, of somebody else, or for a run that is not its own', async () => {
    await startAndWait('forged');
    const [run] = stack.sandbox.world.runs().filter(({ repository }) => repository === 'forged');
    const buildId = run?.buildId ?? 0;
    const stored = JSON.parse(
      await readFile(join(stack.dataFolder, 'azure-devops/oidc-key.json'), 'utf8'),
    ) as JWK;
    const key = await importJWK(stored, 'RS256');
    const other = await generateKeyPair('RS256');
    const issuer = `${stack.sandbox.azureDevOpsUrl}/_oidc/contoso-group`;
    const subject = 'sc://contoso-group/Tenants/forged-sync';
    const token = (claims: { iss?: string; sub?: string; aud?: string; exp?: string }) =>
      new SignJWT()
        .setProtectedHeader({ alg: 'RS256', kid: stored.kid ?? '' })
        .setIssuer(claims.iss ?? issuer)
        .setSubject(claims.sub ?? subject)
        .setAudience(claims.aud ?? 'api://AzureADTokenExchange')
        .setIssuedAt()
        .setExpirationTime(claims.exp ?? '5m');
    const genuine = await token({}).sign(key);
    expect((await ask(genuine, buildId)).status).toBe(202);

    const [header, payload, signature = ''] = genuine.split('.');
    const own = await generateKeyPair('RS256', { extractable: true });
    const bringsItsKey = new SignJWT()
      .setProtectedHeader({
        alg: 'RS256',
        kid: stored.kid ?? '',
        jwk: await exportJWK(own.publicKey),
        jku: 'https://evil.example/keys',
      })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience('api://AzureADTokenExchange')
      .setExpirationTime('5m');
    const publicText = JSON.stringify({ kty: 'RSA', n: stored.n, e: stored.e });
    const symmetric = new SignJWT()
      .setProtectedHeader({ alg: 'HS256', kid: stored.kid ?? '' })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience('api://AzureADTokenExchange')
      .setExpirationTime('5m');
    const unsigned = new UnsecuredJWT({}).setIssuer(issuer).setSubject(subject);
    const forged: Record<string, string | null> = {
      'no token': null,
      'no JWT': 'let-me-in',
      'no signature': unsigned.setAudience('api://AzureADTokenExchange').setExpirationTime('5m').encode(),
      'a signature cut off': `${header}.${payload}.`,
      'a signature changed': `${header}.${payload}.${signature.split('').reverse().join('')}`,
      'another key': await token({}).sign(other.privateKey),
      'a key of its own in the header': await bringsItsKey.sign(own.privateKey),
      "the issuer's public key as a shared secret": await symmetric.sign(Buffer.from(publicText)),
      'a beginning that is to come': await token({}).setNotBefore('10m').sign(key),
      'another issuer': await token({ iss: 'https://evil.example/_oidc/contoso-group' }).sign(key),
      'another audience': await token({ aud: 'api://somebody-else' }).sign(key),
      'an end that is past': await token({ exp: '-10m' }).sign(key),
      'a subject that is no connection': await token({ sub: 'repo:contoso/forged' }).sign(key),
    };
    for (const [what, bearer] of Object.entries(forged))
      expect({ what, status: (await ask(bearer, buildId)).status }).toEqual({ what, status: 401 });

    const foreign: Record<string, [string, number]> = {
      "another tenant's connection": ['sc://contoso-group/Tenants/canary-sync', buildId],
      "another project's connection": ['sc://contoso-group/Elsewhere/forged-sync', buildId],
      'a run that is not there': [subject, 999_999],
    };
    for (const [what, [sub, id]] of Object.entries(foreign)) {
      const { status, text } = await ask(await token({ sub }).sign(key), id);
      expect({ what, status }).toEqual({ what, status: 403 });
      expect(text).not.toContain('accessToken');
    }
  });
});

/** A token of any kind, and Entra's device codes: 64 characters that are no digest. */
const TOKEN = /eyJ[\w-]{10,}\.[\w-]{10,}\./;
const DEVICE_CODE = /(?<![\w-])(?![0-9a-f]{64}(?![\w-]))[\w-]{64}(?![\w-])/;

it('codes and tokens appear nowhere but where they belong', async () => {
  const code = await startAndWait('canary');
  stack.sandbox.control.signIn(code);
  const idle = await untilStatus(stack.place, 'canary', 'IDLE');

  const { rows: tables } = await stack.database.database.db.execute<{ schema: string; name: string }>(
    sql`select table_schema as schema, table_name as name from information_schema.tables
        where table_schema in ('public', 'graphile_worker') and table_type = 'BASE TABLE'`,
  );
  expect(tables.length).toBeGreaterThan(10);
  const outputs = new Map([['the log', logged.join('\n')]]);
  for (const { schema, name } of tables) {
    const { rows } = await stack.database.database.db.execute<{ row: string }>(
      sql`select to_jsonb(t)::text as row from ${sql.identifier(schema)}.${sql.identifier(name)} t`,
    );
    outputs.set(`the table ${name}`, rows.map(({ row }) => row).join('\n'));
  }
  const builds = join(stack.dataFolder, 'azure-devops/builds');
  for (const file of await readdir(builds))
    outputs.set(`run ${file}`, await readFile(join(builds, file), 'utf8'));
  const events = `query ($id: ID!) { syncRun(id: $id) { authentication { userCode message } events(first: 100) { edges { node { __typename } } } error { message } } }`;
  outputs.set(
    'what a viewer reads',
    JSON.stringify(await get(stack.place.url, events, { variables: { id: runOf(idle).id }, as: 'viewer' })),
  );

  expect(outputs.get('the log')?.length).toBeGreaterThan(1_000);
  for (const [where, text] of outputs) {
    expect({ where, found: text.includes(code) }).toEqual({ where, found: false });
    expect({ where, found: TOKEN.exec(text)?.[0] ?? null }).toEqual({ where, found: null });
    expect({ where, found: DEVICE_CODE.exec(text)?.[0] ?? null }).toEqual({ where, found: null });
  }
});
