import { randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantAccount, TenantSignIn } from '../../src/azure-devops/sign-in.ts';
import { createTenantSignIn } from '../../src/azure-devops/tenant-sign-in.ts';
import { tokenCaches } from '../../src/azure-devops/azure-devops.table.ts';
import { type Db, openDatabase } from '../../src/database/database.ts';
import { UpstreamError } from '../../src/lib/errors.ts';
import { newId } from '../../src/lib/ids.ts';
import { createSeal } from '../../src/lib/seal.ts';
import {
  API_CLIENT_ID,
  API_CLIENT_SECRET,
  DEVICE_CODE_CLIENT_ID,
} from '../../src/sandbox/entra/app-registrations.ts';
import { createTestDatabase, silent, type TestDatabase } from '../support/database.ts';
import { startPostgresProxy } from '../support/postgres-proxy.ts';
import { waitFor } from '../support/wait-for.ts';
import { APPLICATION, DELEGATED, type EntraFixture, startEntra } from './entra-fixture.ts';

const WAITING = { kind: 'waiting', isTooFast: false };
const key = { id: 'k1', key: randomBytes(32) };
let test: TestDatabase;
let sandbox: EntraFixture;
let signIn: TenantSignIn;

function openSignIn(db: Db = test.database.db): TenantSignIn {
  return createTenantSignIn({
    db,
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

async function signedIn(): Promise<TenantAccount> {
  const account = person();
  const { userCode, flow } = await signIn.requestCode(account);
  sandbox.entra.answerSignIn(userCode, '');
  expect(await signIn.askAboutCode(account, flow)).toEqual({ kind: 'signed_in' });
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
    const code = await signIn.requestCode(account);
    expect(code.userCode).toMatch(/\S{6,}/);
    expect(code.verificationUri).toMatch(/^http/);
    expect(code.message).toContain(code.userCode);
    expect(code.expiresInMs).toBeGreaterThan(0);
    expect(await signIn.askAboutCode(account, code.flow)).toEqual(WAITING);
    sandbox.entra.answerSignIn(code.userCode, '');
    expect(await signIn.askAboutCode(account, code.flow)).toEqual({ kind: 'signed_in' });
    const claims = decodeJwt(await tokenOf(account));
    expect(claims).toMatchObject({ tid: DELEGATED, aud: 'https://graph.microsoft.com' });
  });

  it('asks Entra once for a code, and once for each question about it', async () => {
    const account = person();
    const before = sandbox.asked.length;
    const { flow } = await signIn.requestCode(account);
    expect(sandbox.asked.length - before).toBe(1);
    await signIn.askAboutCode(account, flow);
    await signIn.askAboutCode(account, flow);
    expect(sandbox.asked.slice(before).map((form) => form.has('device_code'))).toEqual([false, true, true]);
  });

  it('is asked about by another process with the same code', async () => {
    const account = person();
    const { userCode, flow } = await signIn.requestCode(account);
    const other = openSignIn();
    expect(await other.askAboutCode(account, flow)).toEqual(WAITING);
    sandbox.entra.answerSignIn(userCode, '');
    expect(await other.askAboutCode(account, flow)).toEqual({ kind: 'signed_in' });
    expect(await signIn.acquire(account)).toMatchObject({ kind: 'token' });
    expect(await signIn.askAboutCode(account, flow)).toMatchObject({ kind: 'redeemed' });
  });

  it('stores what Entra gives once, though the database goes away at that moment', async () => {
    let cuts = 0;
    const cutOnce = (label: string, when: string) =>
      label === 'token_caches' && when === 'before' && cuts++ === 0 ? 'cut' : undefined;
    await using proxy = await startPostgresProxy({ url: test.url, onCommit: cutOnce });
    await using shaky = openDatabase({ url: proxy.url, maxConnections: 2, logger: silent });
    const account = person();
    const { userCode, flow } = await signIn.requestCode(account);
    sandbox.entra.answerSignIn(userCode, '');
    expect(await openSignIn(shaky.db).askAboutCode(account, flow)).toEqual({ kind: 'signed_in' });
    expect(cuts).toBeGreaterThan(1);
    expect(await signIn.acquire(account)).toMatchObject({ kind: 'token' });
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

  it.each([
    ['decline', 'declined', 'declined'],
    ['expire', 'expired', 'expired'],
    ['wrong-directory', 'wrong_directory', 'another directory'],
  ])('answered with %s, it ends as %s, and nothing is kept', async (answer, kind, words) => {
    const account = person();
    const { userCode, flow } = await signIn.requestCode(account);
    sandbox.entra.answerSignIn(userCode, answer);
    const message = expect.stringContaining(words) as string;
    expect(await signIn.askAboutCode(account, flow)).toMatchObject({ kind, message });
    expect(await signIn.acquire(account)).toMatchObject({ kind: 'interaction_needed' });
  });

  it('waits on while Entra is away or asks for patience', async () => {
    const account = person();
    const { userCode, flow } = await signIn.requestCode(account);
    sandbox.entra.answerSignIn(userCode, '');
    sandbox.entra.fail(DELEGATED, 'unavailable', 1);
    expect(await signIn.askAboutCode(account, flow)).toEqual(WAITING);
    sandbox.entra.fail(DELEGATED, 'slow_down', 1);
    expect(await signIn.askAboutCode(account, flow)).toEqual({ kind: 'waiting', isTooFast: true });
    expect(await signIn.askAboutCode(account, flow)).toEqual({ kind: 'signed_in' });
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
    await expect(signIn.requestCode(person())).rejects.toMatchObject({
      name: 'UpstreamError',
      isRetryable: true,
      message: expect.stringContaining('AADSTS90033') as string,
    });
    const unknown = { ...person(), directoryId: '99999999-9999-4999-8999-999999999999' };
    await expect(signIn.requestCode(unknown)).rejects.toMatchObject({
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
