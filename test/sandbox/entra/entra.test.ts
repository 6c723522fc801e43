import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConfidentialClientApplication,
  type DeviceCodeRequest,
  InteractionRequiredAuthError,
  PublicClientApplication,
} from '@azure/msal-node';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  API_CLIENT_ID,
  API_CLIENT_SECRET,
  API_DIRECTORY_ID,
  AZURE_DEVOPS_RESOURCE,
  DEVICE_CODE_CLIENT_ID,
  GRAPH_RESOURCE,
} from '../../../src/sandbox/entra/app-registrations.ts';
import { createEntra, type Entra } from '../../../src/sandbox/entra/entra.ts';
import { sandboxNetwork } from './msal.ts';

const DELEGATED = '11111111-1111-4111-8111-111111111111';
const APPLICATION = '22222222-2222-4222-8222-222222222222';
const GRAPH = `${GRAPH_RESOURCE}/.default`;

let dataFolder: string;
let entra: Entra;
let server: Server;
let baseUrl = '';

const open = () => createEntra({ dataFolder, baseUrl: () => baseUrl, pollIntervalSeconds: 0.05 });

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'sandbox-entra-'));
  entra = await open();
  entra.addDirectory({
    directoryId: DELEGATED,
    displayName: 'Delegated',
    domain: 'delegated.example',
    allowsApplication: false,
  });
  entra.addDirectory({
    directoryId: APPLICATION,
    displayName: 'Application',
    domain: 'application.example',
    allowsApplication: true,
  });
  server = createServer((request, response) => {
    void entra.route(request, response, new URL(request.url ?? '/', baseUrl)).then((taken) => {
      if (!taken) response.writeHead(404).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  baseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await entra.flush();
  await rm(dataFolder, { recursive: true, force: true });
});

const publicClient = (directoryId = DELEGATED, network = sandboxNetwork(() => baseUrl)) =>
  new PublicClientApplication({
    auth: { clientId: DEVICE_CODE_CLIENT_ID, authority: `https://login.microsoftonline.com/${directoryId}` },
    system: { networkClient: network },
  });

const confidentialClient = (directoryId: string) =>
  new ConfidentialClientApplication({
    auth: {
      clientId: API_CLIENT_ID,
      clientSecret: API_CLIENT_SECRET,
      authority: `https://login.microsoftonline.com/${directoryId}`,
    },
    system: { networkClient: sandboxNetwork(() => baseUrl) },
  });

async function signIn(client: PublicClientApplication, choice: string) {
  const request: DeviceCodeRequest = {
    scopes: [GRAPH],
    deviceCodeCallback: ({ userCode }) => void entra.answerSignIn(userCode, choice),
  };
  const result = await client.acquireTokenByDeviceCode(request);
  if (!result) throw new Error('MSAL gave no token');
  return result;
}

test('signs a person in by device code with nothing asked of Microsoft', async () => {
  const network = sandboxNetwork(() => baseUrl);
  const result = await signIn(publicClient(DELEGATED, network), '');
  expect(result.tenantId).toBe(DELEGATED);
  expect(result.account?.username).toBe('adele.vance@delegated.example');
  expect(result.account?.homeAccountId).toBe(`${entra.accounts(DELEGATED)[0]?.objectId}.${DELEGATED}`);
  expect(await entra.readTenantToken(result.accessToken)).toEqual({
    directoryId: DELEGATED,
    holder: 'Adele Vance',
  });
  expect(network.requests).toContain(`POST /${DELEGATED}/oauth2/v2.0/devicecode`);
});

test('waits for the person to choose an account on the page', async () => {
  const client = publicClient();
  let page = '';
  const result = await client.acquireTokenByDeviceCode({
    scopes: [GRAPH],
    deviceCodeCallback: ({ userCode, verificationUri }) => {
      void (async () => {
        const url = `${verificationUri}?user_code=${userCode.toLowerCase()}`;
        page = await (await fetch(url)).text();
        const answer = /value="([^"]+)">Megan Bowen/.exec(page)?.[1] ?? '';
        const done = await fetch(verificationUri, {
          method: 'POST',
          body: new URLSearchParams({ user_code: userCode, answer }),
        });
        page += await done.text();
      })();
    },
  });
  expect(page).toContain('Pick an account');
  expect(result?.account?.username).toBe('megan.bowen@delegated.example');
});

test('renews by refresh token each time, and asks for interaction once the directory revoked it', async () => {
  const client = publicClient();
  const { account } = await signIn(client, '');
  if (!account) throw new Error('no account');
  const renewed = await client.acquireTokenSilent({ account, scopes: [GRAPH] });
  expect(decodeJwt(renewed.accessToken).tid).toBe(DELEGATED);
  entra.revoke(DELEGATED);
  await expect(client.acquireTokenSilent({ account, scopes: [GRAPH], forceRefresh: true })).rejects.toThrow(
    InteractionRequiredAuthError,
  );
});

test('keeps refresh tokens valid over a restart', async () => {
  const client = publicClient();
  const { account } = await signIn(client, '');
  await entra.flush();
  entra = await open();
  if (!account) throw new Error('no account');
  await expect(
    client.acquireTokenSilent({ account, scopes: [GRAPH], forceRefresh: true }),
  ).resolves.toMatchObject({
    tenantId: DELEGATED,
  });
});

test('tells the client that the person declined, and that the code expired', async () => {
  await expect(signIn(publicClient(), 'decline')).rejects.toThrow('authorization_declined');
  await expect(signIn(publicClient(), 'expire')).rejects.toThrow('expired_token');
});

test('lets an account of another directory through, as it is the client that must notice', async () => {
  const result = await signIn(publicClient(), 'wrong-directory');
  expect(decodeJwt(result.idToken).tid).not.toBe(DELEGATED);
});

test('gives an application token only in directories that allow it', async () => {
  const granted = await confidentialClient(APPLICATION).acquireTokenByClientCredential({ scopes: [GRAPH] });
  expect(await entra.readTenantToken(granted?.accessToken ?? '')).toEqual({
    directoryId: APPLICATION,
    holder: 'Configuration Manager API',
  });
  await expect(
    confidentialClient(DELEGATED).acquireTokenByClientCredential({ scopes: [GRAPH] }),
  ).rejects.toThrow('AADSTS700016');
});

test('gives the service a token for Azure DevOps that no tenant takes, signed with the published key', async () => {
  const scopes = [`${AZURE_DEVOPS_RESOURCE}/.default`];
  const granted = await confidentialClient(API_DIRECTORY_ID).acquireTokenByClientCredential({ scopes });
  const token = granted?.accessToken ?? '';
  const keys = createRemoteJWKSet(new URL(`${baseUrl}/entra/${API_DIRECTORY_ID}/discovery/v2.0/keys`));
  const { payload } = await jwtVerify(token, keys, {
    issuer: `${baseUrl}/entra/${API_DIRECTORY_ID}/v2.0`,
    audience: AZURE_DEVOPS_RESOURCE,
  });
  expect(payload.idtyp).toBe('app');
  expect(await entra.readTenantToken(token)).toBeNull();
  expect(await entra.identify(token)).toMatchObject({
    displayName: 'Configuration Manager API',
    isService: true,
  });
});

test('exchanges the token of a person for one on their behalf', async () => {
  const person = entra.accounts(API_DIRECTORY_ID)[1];
  if (!person) throw new Error('no account');
  const assertion = await entra.tokenFor(person, API_CLIENT_ID, `api://${API_CLIENT_ID}`);
  const granted = await confidentialClient(API_DIRECTORY_ID).acquireTokenOnBehalfOf({
    oboAssertion: assertion,
    scopes: [`${AZURE_DEVOPS_RESOURCE}/.default`],
  });
  expect(await entra.identify(granted?.accessToken ?? '')).toEqual({
    id: person.objectId,
    displayName: 'Alex Wilber',
    isService: false,
  });
});

test('fails as asked, as often as asked', async () => {
  entra.fail(DELEGATED, 'slow_down', 1);
  await expect(signIn(publicClient(), '')).rejects.toThrow('slow_down');
  entra.fail(APPLICATION, 'unavailable', 1);
  const token = () =>
    fetch(`${baseUrl}/entra/${APPLICATION}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: API_CLIENT_ID,
        client_secret: API_CLIENT_SECRET,
        scope: GRAPH,
      }),
    });
  expect((await token()).status).toBe(503);
  expect((await token()).status).toBe(200);
});

test('answers nonsense in the words of Entra', async () => {
  const post = async (path: string, form: Record<string, string>) => {
    const answer = await fetch(`${baseUrl}/entra/${path}`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    return {
      status: answer.status,
      body: (await answer.json()) as { error: string; error_codes?: number[] },
    };
  };
  expect((await post('nowhere/oauth2/v2.0/token', {})).body.error_codes).toEqual([90002]);
  expect((await post(`${DELEGATED}/oauth2/v2.0/token`, { grant_type: 'password' })).body.error).toBe(
    'unsupported_grant_type',
  );
  expect((await post(`${DELEGATED}/oauth2/v2.0/devicecode`, { client_id: 'x' })).body.error).toBe(
    'unauthorized_client',
  );
  const json = await fetch(`${baseUrl}/entra/${DELEGATED}/oauth2/v2.0/token`, {
    method: 'POST',
    body: '{',
    headers: { 'content-type': 'application/json' },
  });
  expect(json.status).toBe(400);
});
