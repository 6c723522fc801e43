import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantAccount, TenantSignIn } from '../../src/azure-devops/sign-in.ts';
import { createTenantSignIn } from '../../src/azure-devops/tenant-sign-in.ts';
import { tokenCaches } from '../../src/azure-devops/azure-devops.table.ts';
import { UpstreamError } from '../../src/lib/errors.ts';
import { newId } from '../../src/lib/ids.ts';
import { createSeal } from '../../src/lib/seal.ts';
import {
  API_CLIENT_ID,
  API_CLIENT_SECRET,
  DEVICE_CODE_CLIENT_ID,
} from '../../src/sandbox/entra/app-registrations.ts';
import { createTestDatabase, silent, type TestDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';
import { APPLICATION, DELEGATED, type EntraFixture, startEntra } from './entra-fixture.ts';

const key = { id: 'k1', key: randomBytes(32) };
let test: TestDatabase;
let sandbox: EntraFixture;
let signIn: TenantSignIn;

function openSignIn(): TenantSignIn {
  return createTenantSignIn({
    db: test.database.db,
    seal: createSeal([key]),
    entra: { emulatorUrl: sandbox.emulatorUrl, logger: silent, retryBaseMs: 10 },
    signInClientId: DEVICE_CODE_CLIENT_ID,
    application: { kind: 'client_secret', clientId: API_CLIENT_ID, clientSecret: API_CLIENT_SECRET },
  });
}

beforeAll(async () => {
  test = await createTestDatabase();
  sandbox = await startEntra();
  signIn = openSignIn();
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
  await test.drop();
});

const person = (): TenantAccount => ({
  tenantId: newId('ten'),
  directoryId: DELEGATED,
  authentication: 'delegated',
});
const inOneMinute = () => ({ withinMs: 60_000, signal: new AbortController().signal });

async function signedIn(): Promise<TenantAccount> {
  const account = person();
  const flow = await signIn.startDeviceCode(account, inOneMinute());
  sandbox.entra.answerSignIn(flow.userCode, '');
  expect(await flow.finished).toEqual({ kind: 'signed_in' });
  return account;
}

async function tokenOf(account: TenantAccount): Promise<string> {
  const credential = await signIn.acquire(account);
  if (credential.kind !== 'token') throw new Error(`Expected a token, got ${credential.message}`);
  return credential.accessToken;
}

describe('a tenant whose people sign in', () => {
  it('needs somebody to sign in first', async () => {
    expect(await signIn.acquire(person())).toMatchObject({ kind: 'interaction_needed' });
  });

  it('shows a code and an address, and has its credential when somebody answered', async () => {
    const account = person();
    const flow = await signIn.startDeviceCode(account, inOneMinute());
    expect(flow.userCode).toMatch(/\S{6,}/);
    expect(flow.verificationUri).toMatch(/^http/);
    expect(flow.message).toContain(flow.userCode);
    expect(flow.expiresInMs).toBeGreaterThan(0);
    sandbox.entra.answerSignIn(flow.userCode, '');
    expect(await flow.finished).toEqual({ kind: 'signed_in' });
    const claims = decodeJwt(await tokenOf(account));
    expect(claims).toMatchObject({ tid: DELEGATED, aud: 'https://graph.microsoft.com' });
  });

  it('keeps its sign-in beyond the life of a process, sealed', async () => {
    const account = await signedIn();
    const rows = await test.database.db.select().from(tokenCaches);
    const row = rows.find(({ owner }) => owner === account.tenantId);
    expect(row?.sealed).toMatch(/^v2\.k1\./);
    expect(JSON.stringify(rows)).not.toContain('RefreshToken');
    expect(await openSignIn().acquire(account)).toMatchObject({ kind: 'token' });
  });

  it("does not open another tenant's sign-in", async () => {
    const account = await signedIn();
    const thief = { ...account, tenantId: newId('ten') };
    expect(await signIn.acquire(thief)).toMatchObject({ kind: 'interaction_needed' });
  });

  it('needs somebody again when Entra revoked the sign-in, in its own words', async () => {
    const account = await signedIn();
    sandbox.entra.revoke(DELEGATED);
    const credential = await onceRenewed(async () => signIn.acquire(account));
    expect(credential).toMatchObject({
      kind: 'interaction_needed',
      message: expect.stringContaining('AADSTS50173') as string,
    });
    expect(await signIn.acquire(account)).toMatchObject({ kind: 'interaction_needed' });
  });

  it('ends as declined', async () => {
    const flow = await signIn.startDeviceCode(person(), inOneMinute());
    sandbox.entra.answerSignIn(flow.userCode, 'decline');
    expect(await flow.finished).toMatchObject({
      kind: 'declined',
      message: expect.stringContaining('declined') as string,
    });
  });

  it('ends as expired when Entra says so', async () => {
    const flow = await signIn.startDeviceCode(person(), inOneMinute());
    sandbox.entra.answerSignIn(flow.userCode, 'expire');
    expect(await flow.finished).toMatchObject({ kind: 'expired' });
  });

  it('refuses an account of another directory, and keeps nothing of it', async () => {
    const account = person();
    const flow = await signIn.startDeviceCode(account, inOneMinute());
    sandbox.entra.answerSignIn(flow.userCode, 'wrong-directory');
    expect(await flow.finished).toMatchObject({ kind: 'wrong_directory' });
    expect(await signIn.acquire(account)).toMatchObject({ kind: 'interaction_needed' });
  });

  it('ends at its deadline, and stops asking', async () => {
    const started = Date.now();
    const flow = await signIn.startDeviceCode(person(), { ...inOneMinute(), withinMs: 300 });
    expect(await flow.finished).toMatchObject({ kind: 'expired' });
    expect(Date.now() - started).toBeLessThan(1_000);
    await stopsAsking();
  });

  it('ends when it is aborted, and stops asking', async () => {
    const abort = new AbortController();
    const flow = await signIn.startDeviceCode(person(), { ...inOneMinute(), signal: abort.signal });
    abort.abort();
    expect(await flow.finished).toMatchObject({ kind: 'canceled' });
    await stopsAsking();
  });

  it('waits on while Entra is away or asks for patience', { timeout: 20_000 }, async () => {
    const account = person();
    const flow = await signIn.startDeviceCode(account, inOneMinute());
    sandbox.entra.fail(DELEGATED, 'unavailable', 5);
    sandbox.entra.fail(DELEGATED, 'slow_down', 1);
    sandbox.entra.answerSignIn(flow.userCode, '');
    expect(await flow.finished).toEqual({ kind: 'signed_in' });
  });

  it('repeats what failed in passing', async () => {
    const account = await signedIn();
    sandbox.entra.fail(DELEGATED, 'unavailable', 2);
    expect(await signIn.acquire(account)).toMatchObject({ kind: 'token' });
  });

  it('says that Entra is away, which is no reason to sign in again', async () => {
    const account = await signedIn();
    sandbox.entra.fail(DELEGATED, 'unavailable', 3);
    const error = await onceRenewed(async () => signIn.acquire(account).catch((reason: unknown) => reason));
    expect(error).toMatchObject({ name: 'UpstreamError', isRetryable: true });
    expect(await signIn.acquire(account)).toMatchObject({ kind: 'token' });
  });

  it('says why it cannot show a code', async () => {
    sandbox.entra.fail(DELEGATED, 'unavailable', 3);
    await expect(signIn.startDeviceCode(person(), inOneMinute())).rejects.toMatchObject({
      name: 'UpstreamError',
      isRetryable: true,
      message: expect.stringContaining('AADSTS90033') as string,
    });
    const unknown = { ...person(), directoryId: '99999999-9999-4999-8999-999999999999' };
    await expect(signIn.startDeviceCode(unknown, inOneMinute())).rejects.toMatchObject({
      isRetryable: false,
      message: expect.stringContaining('AADSTS90002') as string,
    });
  });

  it('survives many questions at once', async () => {
    const account = await signedIn();
    const answers = await Promise.all(Array.from({ length: 10 }, () => signIn.acquire(account)));
    expect(answers.every(({ kind }) => kind === 'token')).toBe(true);
  });
});

describe('a tenant that lets the application act', () => {
  const application = (directoryId = APPLICATION): TenantAccount => ({
    tenantId: newId('ten'),
    directoryId,
    authentication: 'application',
  });

  it('needs nobody', async () => {
    const claims = decodeJwt(await tokenOf(application()));
    expect(claims).toMatchObject({ tid: APPLICATION, aud: 'https://graph.microsoft.com', idtyp: 'app' });
  });

  it('is asked once, then answered from the cache', async () => {
    const account = application();
    const first = await tokenOf(account);
    expect(await tokenOf(account)).toBe(first);
  });

  it("says in Entra's own words that it does not know the application", async () => {
    const error = await signIn.acquire(application(DELEGATED)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UpstreamError);
    expect(error).toMatchObject({
      isRetryable: false,
      message: expect.stringContaining('AADSTS700016') as string,
    });
  });
});

/** The sandbox's tokens are renewed a second after they were given: until then the cache answers. */
const onceRenewed = async <T>(ask: () => Promise<T>) =>
  waitFor('Entra to be asked again', async () => {
    const answer = await ask();
    const isCached =
      typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind === 'token';
    return isCached ? null : answer;
  });

async function stopsAsking(): Promise<void> {
  await waitFor('the polling to stop', async () => {
    const count = sandbox.asked.length;
    await sleep(200);
    return sandbox.asked.length === count;
  });
}
