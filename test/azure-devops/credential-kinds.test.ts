import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createTokenSource } from '../../src/azure-devops/service-credential.ts';
import { appCredential, credentialProblems, serviceCredential } from '../../src/credentials.ts';
import { silent } from '../support/silent.ts';
import { json, serve } from './small-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'credentials-'));
const file = (name: string) => join(folder, name);
const APP = { ENTRA_DIRECTORY_ID: 'd1', ENTRA_CLIENT_ID: 'c1' };

beforeAll(() => {
  const key = (name: string) =>
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=test', '-days', '2'].concat([
      '-keyout',
      file(`${name}.key`),
      '-out',
      file(`${name}.crt`),
    ]);
  for (const name of ['own', 'other']) execFileSync('openssl', key(name), { stdio: 'ignore' });
  const read = (name: string) => readFileSync(file(name), 'utf8');
  writeFileSync(file('good.pem'), read('own.key') + read('own.crt'));
  writeFileSync(file('mixed.pem'), read('other.key') + read('own.crt'));
  writeFileSync(file('half.pem'), read('own.crt'));
  writeFileSync(file('token'), 'assertion-1\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** An Entra that gives a token to whoever asks, and remembers how they asked. */
async function entra() {
  const server = await serve((response) =>
    json(response, 200, { token_type: 'Bearer', expires_in: 3600, access_token: `t${server.seen.length}` }),
  );
  const asked = () => server.seen.map(({ body }) => new URLSearchParams(body));
  return { options: { emulatorUrl: server.url, logger: silent }, asked };
}

describe('ways to sign in', () => {
  it('a certificate proves the app by a signed assertion', async () => {
    const { options, asked } = await entra();
    const given = { ...APP, ENTRA_CLIENT_CERTIFICATE_FILE: file('good.pem') };
    expect(credentialProblems(given)).toEqual([]);
    const tokens = createTokenSource(serviceCredential(given), options);
    expect(await tokens.authorization({ fresh: false })).toBe('Bearer t1');
    const assertion = asked()[0]?.get('client_assertion') ?? '';
    expect(decodeProtectedHeader(assertion)).toMatchObject({ alg: 'PS256' });
    expect(decodeJwt(assertion)).toMatchObject({ iss: 'c1', sub: 'c1' });
  });

  it('a federated token is read anew from its file for each request', async () => {
    const { options, asked } = await entra();
    const tokens = createTokenSource(
      serviceCredential({ ...APP, ENTRA_FEDERATED_TOKEN_FILE: file('token') }),
      options,
    );
    await tokens.authorization({ fresh: false });
    writeFileSync(file('token'), 'assertion-2');
    await tokens.authorization({ fresh: true });
    expect(asked().map((form) => form.get('client_assertion'))).toEqual(['assertion-1', 'assertion-2']);
  });

  it("a managed identity asks the machine's own endpoint", async () => {
    const machine = await serve((response) =>
      json(response, 200, {
        access_token: 'machine-token',
        expires_on: String(Math.floor(Date.now() / 1000) + 3600),
        resource: '499b84ac-1321-427f-aa17-267ca6975798',
        token_type: 'Bearer',
      }),
    );
    process.env.IDENTITY_ENDPOINT = `${machine.url}/token`;
    process.env.IDENTITY_HEADER = 'h';
    onTestFinished(() => {
      delete process.env.IDENTITY_ENDPOINT;
      delete process.env.IDENTITY_HEADER;
    });
    const tokens = createTokenSource(serviceCredential({ ENTRA_MANAGED_IDENTITY: 'system' }), {
      logger: silent,
    });
    expect(await tokens.authorization({ fresh: false })).toBe('Bearer machine-token');
    expect(machine.seen[0]?.url).toContain('resource=499b84ac');
  });

  it.each([
    [{ ENTRA_CLIENT_SECRET: 's' }, ['ENTRA_DIRECTORY_ID', 'ENTRA_CLIENT_ID']],
    [
      { ...APP, ENTRA_CLIENT_SECRET: 's', AZURE_DEVOPS_PAT: 'p' },
      ['ENTRA_CLIENT_SECRET and AZURE_DEVOPS_PAT'],
    ],
    [
      { ...APP, ENTRA_CLIENT_CERTIFICATE_FILE: file('none.pem') },
      ['ENTRA_CLIENT_CERTIFICATE_FILE is wrong: ENOENT'],
    ],
    [
      { ...APP, ENTRA_CLIENT_CERTIFICATE_FILE: file('half.pem') },
      ['must hold a certificate and its private key'],
    ],
    [{ ...APP, ENTRA_CLIENT_CERTIFICATE_FILE: file('mixed.pem') }, ['is not that of its certificate']],
    [{ ...APP, ENTRA_FEDERATED_TOKEN_FILE: file('none') }, ['ENTRA_FEDERATED_TOKEN_FILE is wrong: ENOENT']],
    [{ AZURE_DEVOPS_PAT: 'p' }, []],
    [{ ENTRA_MANAGED_IDENTITY: 'system' }, []],
  ])('%j has its problems named, and no secret', (given, expected) => {
    const problems = credentialProblems(given);
    expect(problems).toHaveLength(expected.length);
    expected.forEach((text, index) => expect(problems[index]).toContain(text));
    expect(appCredential({})).toBeNull();
  });
});
