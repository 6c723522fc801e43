import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { CredentialGranted, CredentialPending, CredentialRefused } from '../../src/pipeline/contract.ts';
import {
  API_CLIENT_ID,
  API_CLIENT_SECRET,
  DEVICE_CODE_CLIENT_ID,
  GRAPH_RESOURCE,
} from '../../src/sandbox/entra/app-registrations.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';

const SCOPE = `${GRAPH_RESOURCE}/.default`;

type SignIn = { deviceCode: string; userCode: string; windowEndsAt: number };

/** The smallest API that gives pipelines their credentials, for tests of the sandbox alone. */
export class CredentialApi {
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { buildId } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { buildId: number };
      void this.#answer(buildId).then(
        ({ status, body }) =>
          response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
        () => response.writeHead(500).end('{}'),
      );
    });
  });
  readonly #digestKey = randomBytes(32).toString('base64');
  readonly #signIns = new Map<number, SignIn>();
  readonly #refreshTokens = new Map<string, string>();
  readonly #windowMs: number;
  sandbox: Sandbox | null = null;
  url = '';
  approvedDigest: string | null = null;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    this.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(
    buildId: number,
  ): Promise<{ status: number; body: CredentialGranted | CredentialPending | CredentialRefused }> {
    const sandbox = this.sandbox;
    const run = sandbox?.world.runs().find((candidate) => candidate.buildId === buildId);
    const tenant = run && sandbox?.registry.find(`${run.organization}/${run.project}/${run.repository}`);
    if (!tenant) throw new Error('unknown run');
    const { directoryId } = tenant;
    const token =
      tenant.authentication === 'application'
        ? await this.#token(directoryId, {
            grant_type: 'client_credentials',
            client_id: API_CLIENT_ID,
            client_secret: API_CLIENT_SECRET,
            scope: SCOPE,
          })
        : await this.#delegated(directoryId, buildId);
    if (token === null) throw new Error('Entra gave no token');
    if (typeof token === 'string') return { status: 200, body: this.#granted(token) };
    if (token.windowEndsAt <= Date.now())
      return { status: 410, body: { code: 'AUTHENTICATION_EXPIRED', message: 'Nobody signed in in time.' } };
    return {
      status: 202,
      body: { retryAfterSeconds: 0.2, windowEndsAt: new Date(token.windowEndsAt).toISOString() },
    };
  }

  #granted(accessToken: string): CredentialGranted {
    const expiresAt = new Date(Date.now() + 300_000).toISOString();
    return { accessToken, expiresAt, digestKey: this.#digestKey, approvedDigest: this.approvedDigest };
  }

  async #delegated(directoryId: string, buildId: number): Promise<string | SignIn> {
    const refreshToken = this.#refreshTokens.get(directoryId);
    const client = { client_id: DEVICE_CODE_CLIENT_ID, scope: SCOPE };
    const renewed =
      refreshToken &&
      (await this.#token(directoryId, {
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        ...client,
      }));
    if (renewed) return renewed;
    const open = this.#signIns.get(buildId);
    if (!open) {
      const code = await this.#post(directoryId, 'devicecode', client);
      const signIn = {
        deviceCode: String(code.device_code),
        userCode: String(code.user_code),
        windowEndsAt: Date.now() + this.#windowMs,
      };
      this.#signIns.set(buildId, signIn);
      return signIn;
    }
    const token = await this.#token(directoryId, {
      grant_type: 'device_code',
      device_code: open.deviceCode,
      ...client,
    });
    return token ?? open;
  }

  async #token(directoryId: string, form: Record<string, string>): Promise<string | null> {
    const body = await this.#post(directoryId, 'token', form);
    if (typeof body.refresh_token === 'string') this.#refreshTokens.set(directoryId, body.refresh_token);
    return typeof body.access_token === 'string' ? body.access_token : null;
  }

  async #post(
    directoryId: string,
    endpoint: string,
    form: Record<string, string>,
  ): Promise<Record<string, unknown>> {
    const url = `${this.sandbox?.entraUrl}/${directoryId}/oauth2/v2.0/${endpoint}`;
    return (await (await fetch(url, { method: 'POST', body: new URLSearchParams(form) })).json()) as Record<
      string,
      unknown
    >;
  }
}
