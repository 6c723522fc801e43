import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createPipelineTokenVerifier,
  type PipelineTokenOptions,
} from '../../src/azure-devops/pipeline-token.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { json, serve } from './small-server.ts';

const AUDIENCE = 'api://AzureADTokenExchange';
const SUBJECT = 'sc://contoso/Tenant Fleet/fabrikam-sync';
const JOB = { organization: 'contoso', project: 'Tenant Fleet', serviceConnection: 'fabrikam-sync' };
const ORGANIZATION_ID = 'aaaaaaaa-0000-4000-8000-000000000001';
const CONNECTION_ID = 'bbbbbbbb-0000-4000-8000-000000000002';

let keys: { privateKey: CryptoKey; publicKey: CryptoKey };
let others: typeof keys;

beforeAll(async () => {
  keys = await generateKeyPair('RS256');
  others = await generateKeyPair('RS256');
});

/** An issuer with its metadata and one key; `down` makes it fail. */
async function issuer(path = '/_oidc/contoso', state = { down: false, callsItself: '' }) {
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k', use: 'sig', alg: 'RS256' };
  const server = await serve((response, { url, headers }) => {
    const self = `http://${headers.host}${path}`;
    if (state.down) return json(response, 503, {});
    if (url === `${path}/.well-known/openid-configuration`) {
      return json(response, 200, { issuer: state.callsItself || self, jwks_uri: `${self}/keys` });
    }
    return url === `${path}/keys` ? json(response, 200, { keys: [jwk] }) : json(response, 404, {});
  });
  return { url: `${server.url}${path}`, pattern: `${server.url}/_oidc/*`, server, state };
}

type Claims = { issuer: string; subject?: string; audience?: string; from?: string; until?: string };

const sign = ({ issuer: iss, subject, audience, from, until }: Claims, key = keys.privateKey, kid = 'k') =>
  new SignJWT({})
    .setProtectedHeader({ alg: 'RS256', kid })
    .setIssuer(iss)
    .setSubject(subject ?? SUBJECT)
    .setAudience(audience ?? AUDIENCE)
    .setIssuedAt()
    .setNotBefore(from ?? '-1s')
    .setExpirationTime(until ?? '5m')
    .sign(key);

const verifier = (options: Partial<PipelineTokenOptions>) =>
  createPipelineTokenVerifier({ logger: createLogger('silent', () => {}), ...options });

describe("a job's token", () => {
  it('names the service connection', async () => {
    const { url, pattern, server } = await issuer();
    const verify = verifier({ issuers: [pattern] });
    expect(await verify(await sign({ issuer: url }))).toEqual(JOB);
    expect(await verify(await sign({ issuer: url }))).toEqual(JOB);
    expect(server.seen).toHaveLength(2);
  });

  it('may name the service connection by ids, which are looked up', async () => {
    const { url, pattern } = await issuer();
    const subject = `/eid1/c/pub/t/PwFflyR_6Een06vEdSvzRg/a/qzXoWDkuqUa3l6zM5mM0Rw/sc/${ORGANIZATION_ID}/${CONNECTION_ID}`;
    const asked: unknown[] = [];
    const findConnection = (ids: unknown) => {
      asked.push(ids);
      return Promise.resolve(JOB);
    };
    const token = await sign({ issuer: url, subject });
    expect(await verifier({ issuers: [pattern], findConnection })(token)).toEqual(JOB);
    expect(asked).toEqual([{ organizationId: ORGANIZATION_ID, connectionId: CONNECTION_ID }]);
    expect(await verifier({ issuers: [pattern] })(token)).toBeNull();
    const unknown = verifier({ issuers: [pattern], findConnection: () => Promise.resolve(null) });
    expect(await unknown(token)).toBeNull();
  });

  it.each([
    ['another issuer', { issuer: 'https://vstoken.dev.azure.com/x/y' }],
    ['no issuer of the kind', { issuer: 'https://evil.example/https://vstoken.dev.azure.com/x' }],
  ])('is refused from %s, without asking it', async (_name, claims) => {
    expect(await verifier({})(await sign(claims))).toBeNull();
  });

  it('is refused when it is not what it has to be', async () => {
    const { url, pattern } = await issuer();
    const verify = verifier({ issuers: [pattern] });
    const refused = async (claims: Partial<Claims>) => verify(await sign({ issuer: url, ...claims }));
    expect(await refused({ audience: 'api://other' })).toBeNull();
    expect(await refused({ until: '-2m' })).toBeNull();
    expect(await refused({ from: '2m' })).toBeNull();
    expect(await refused({ subject: 'p://contoso/Fleet/pipeline' })).toBeNull();
    expect(await refused({ subject: 'sc://contoso/Fleet' })).toBeNull();
    expect(await verify(await sign({ issuer: url }, others.privateKey))).toBeNull();
    expect(await verify(await sign({ issuer: url }, keys.privateKey, 'unknown'))).toBeNull();
    expect(await verify('no token')).toBeNull();
    expect(await verify('')).toBeNull();
  });

  it('may be a minute early or late', async () => {
    const { url, pattern } = await issuer();
    const verify = verifier({ issuers: [pattern] });
    expect(await verify(await sign({ issuer: url, until: '-30s' }))).toEqual(JOB);
    expect(await verify(await sign({ issuer: url, from: '30s' }))).toEqual(JOB);
  });

  it('must be signed, and with RS256', async () => {
    const { url, pattern } = await issuer();
    const verify = verifier({ issuers: [pattern] });
    const unsigned = new UnsecuredJWT({}).setIssuer(url).setSubject(SUBJECT).setAudience(AUDIENCE).encode();
    expect(await verify(unsigned)).toBeNull();
    const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(keys.publicKey)));
    const forged = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256', kid: 'k' })
      .setIssuer(url)
      .setSubject(SUBJECT)
      .setAudience(AUDIENCE)
      .setExpirationTime('5m')
      .sign(secret);
    expect(await verify(forged)).toBeNull();
  });

  it('cannot be judged while its issuer is away, or calls itself otherwise', async () => {
    const { url, pattern, state } = await issuer();
    state.down = true;
    await expect(verifier({ issuers: [pattern] })(await sign({ issuer: url }))).rejects.toMatchObject({
      name: 'UpstreamError',
      isRetryable: true,
    });
    state.down = false;
    state.callsItself = 'http://127.0.0.1/else';
    await expect(verifier({ issuers: [pattern] })(await sign({ issuer: url }))).rejects.toThrow(
      'calls itself',
    );
  });

  it('is judged by known keys while the issuer is away', async () => {
    const { url, pattern, state } = await issuer();
    const verify = verifier({ issuers: [pattern] });
    expect(await verify(await sign({ issuer: url }))).toEqual(JOB);
    state.down = true;
    expect(await verify(await sign({ issuer: url }))).toEqual(JOB);
  });
});
