/** Tenants whose own application signs in, through the whole: nobody is asked, though the API could not sign in itself. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changeSetOf, decide, runOf, startSync, untilStatus } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';

const RIGHT = ['by-secret', 'by-certificate', 'by-oidc'];
const WRONG = ['wrong-secret', 'wrong-certificate', 'no-certificate', 'untrusted', 'elsewhere'];
const NAMES = [...RIGHT, ...WRONG];

let folder: string;
let stack: Stack;
const file = (name: string) => join(folder, `${name}.pem`);
const appOf = (name: string) => `app-${name}`;

function makeCertificate(name: string): void {
  const given = ['-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`, '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...given, '-keyout', file(name), '-out', `${file(name)}.crt`], {
    stdio: 'ignore',
  });
  execFileSync('sh', ['-c', 'cat "$1.crt" >> "$1"', 'sh', file(name)]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'principals-'));
  for (const name of ['own', 'other']) makeCertificate(name);
  stack = await startStack({ tenants: NAMES, delegated: true });
  const certificate = await readFile(`${file('own')}.crt`, 'utf8');
  const { control } = stack.sandbox;
  const subject = 'sc://contoso-group/Tenants/by-oidc-sync';
  control.registerApp('by-secret', { clientId: appOf('by-secret'), secret: 'right' });
  control.registerApp('by-certificate', { clientId: appOf('by-certificate'), certificate });
  control.registerApp('by-oidc', { clientId: appOf('by-oidc'), subject });
  control.registerApp('wrong-secret', { clientId: appOf('wrong-secret'), secret: 'right' });
  control.registerApp('wrong-certificate', { clientId: appOf('wrong-certificate'), certificate });
  control.registerApp('untrusted', { clientId: appOf('untrusted'), subject });
  const given: Record<string, Record<string, string>> = {
    'by-secret': { TENANT_SYNC_CLIENT_SECRET: 'right' },
    'by-certificate': { TENANT_SYNC_CLIENT_CERTIFICATE_FILE: file('own') },
    'by-oidc': {},
    'wrong-secret': { TENANT_SYNC_CLIENT_SECRET: 'guessed' },
    'wrong-certificate': { TENANT_SYNC_CLIENT_CERTIFICATE_FILE: file('other') },
    'no-certificate': { TENANT_SYNC_CLIENT_CERTIFICATE_FILE: file('none') },
    untrusted: {},
    // An application of another tenant.
    elsewhere: { TENANT_SYNC_CLIENT_ID: appOf('by-secret'), TENANT_SYNC_CLIENT_SECRET: 'right' },
  };
  for (const name of NAMES)
    stack.behave(name, { variables: { TENANT_SYNC_CLIENT_ID: appOf(name), ...given[name] } });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

it.concurrent.each(RIGHT)(
  "signs in as the tenant's own application, %s, and nobody else has to",
  async (name) => {
    const edit = await stack.desireChange(name);
    const tenant = await untilStatus(stack.place, name, 'NOT_RUN');
    await startSync(stack.place, tenant.id);
    const waiting = await untilStatus(stack.place, name, 'PENDING_APPROVAL');
    await decide(stack.place, 'approveChangeSet', changeSetOf(waiting));
    expect(runOf(await untilStatus(stack.place, name, 'IDLE')).outcome).toBe('SUCCEEDED');
    expect(stack.tenantValue(name, edit)).toBe(edit.after);
    expect(stack.sandbox.control.signIns()).toEqual([]);
  },
);

it.concurrent.each([
  ['wrong-secret', 'AADSTS7000215'],
  ['wrong-certificate', 'AADSTS700027'],
  ['no-certificate', 'cannot be used: ENOENT'],
  ['untrusted', 'AADSTS700213'],
  ['elsewhere', 'AADSTS700016'],
])('says what is wrong with the application of %s, in words of Entra’s', async (name, words) => {
  const tenant = await untilStatus(stack.place, name, 'NOT_RUN');
  await startSync(stack.place, tenant.id);
  const { error } = runOf(await untilStatus(stack.place, name, 'NEW_ERROR'));
  expect(error?.code).toBe('TENANT_UNAVAILABLE');
  expect(error?.message).toContain(words);
  for (const secret of ['guessed', 'right']) expect(error?.message).not.toContain(secret);
});
