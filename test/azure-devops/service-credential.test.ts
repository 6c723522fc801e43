import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTokenSource } from '../../src/azure-devops/service-credential.ts';
import { createEntraNetwork } from '../../src/azure-devops/entra-network.ts';
import {
  API_CLIENT_ID,
  API_CLIENT_SECRET,
  API_DIRECTORY_ID,
} from '../../src/sandbox/entra/app-registrations.ts';
import { silent } from '../support/database.ts';
import { type EntraFixture, startEntra } from './entra-fixture.ts';

let sandbox: EntraFixture;
beforeAll(async () => {
  sandbox = await startEntra();
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

const source = (clientSecret = API_CLIENT_SECRET) =>
  createTokenSource(
    { kind: 'client_secret', clientId: API_CLIENT_ID, clientSecret, directoryId: API_DIRECTORY_ID },
    { emulatorUrl: sandbox.emulatorUrl, logger: silent, retryBaseMs: 10 },
  );

describe("the service's own credential", () => {
  it('is a token for Azure DevOps, from the cache until it is refused', async () => {
    const tokens = source();
    const before = sandbox.asked.length;
    const first = await tokens.authorization({ fresh: false });
    expect(decodeJwt(first.replace('Bearer ', ''))).toMatchObject({
      aud: '499b84ac-1321-427f-aa17-267ca6975798',
      appid: API_CLIENT_ID,
    });
    expect(await tokens.authorization({ fresh: false })).toBe(first);
    expect(sandbox.asked).toHaveLength(before + 1);
    const renewed = await Promise.all([
      tokens.authorization({ fresh: true }),
      tokens.authorization({ fresh: true }),
    ]);
    expect(renewed[0]).not.toBe(first);
    expect(renewed[1]).toBe(renewed[0]);
    expect(sandbox.asked).toHaveLength(before + 2);
    expect(await tokens.authorization({ fresh: false })).toBe(renewed[0]);
  });

  it("fails in Entra's own words, without the secret", async () => {
    const error = await source('wrong-secret')
      .authorization({ fresh: false })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: 'UpstreamError',
      isRetryable: false,
      message: expect.stringContaining('AADSTS7000215') as string,
    });
    expect(String(error)).not.toContain('wrong-secret');
  });

  it('survives that Entra is away in passing', async () => {
    sandbox.entra.fail(API_DIRECTORY_ID, 'unavailable', 2);
    expect(await source().authorization({ fresh: false })).toMatch(/^Bearer ey/);
  });

  it('is retryable when Entra stays away', async () => {
    const tokens = createTokenSource(
      { kind: 'client_secret', clientId: API_CLIENT_ID, clientSecret: 'x', directoryId: API_DIRECTORY_ID },
      { emulatorUrl: 'http://127.0.0.1:9/entra', logger: silent, retryBaseMs: 1 },
    );
    await expect(tokens.authorization({ fresh: false })).rejects.toMatchObject({
      name: 'UpstreamError',
      isRetryable: true,
    });
  });

  it('may be a personal access token, for development', async () => {
    const tokens = createTokenSource({ kind: 'personal_access_token', token: 'pat' }, { logger: silent });
    expect(await tokens.authorization({ fresh: true })).toBe(
      `Basic ${Buffer.from(':pat').toString('base64')}`,
    );
  });

  it('is never asked from a stand-in on another machine', () => {
    expect(() => createEntraNetwork({ emulatorUrl: 'http://entra.example', logger: silent })).toThrow(
      'must be on this machine',
    );
  });

  it('goes nowhere but to Entra', async () => {
    const network = createEntraNetwork({ emulatorUrl: sandbox.emulatorUrl, logger: silent });
    await expect(network.sendPostRequestAsync('https://login.example/x')).rejects.toThrow(
      'login.example is not Entra',
    );
  });
});
