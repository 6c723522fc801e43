import { AuthError } from '@azure/msal-node';
import type {
  AuthenticationResult,
  DeviceCodeRequest,
  INetworkModule,
  NetworkResponse,
  PublicClientApplication,
} from '@azure/msal-node';
import { z } from 'zod';
import { messageOf, UpstreamError } from '../lib/errors.ts';
import { backOffMs, pause } from '../lib/pause.ts';
import { entraError } from './entra-apps.ts';
import { asksAboutCode, ENTRA, type EntraNetwork } from './entra-network.ts';
import type { DeviceCode, SignInAnswer, SignInEnd } from './sign-in.ts';
import { TENANT_SCOPES } from './tenant-scopes.ts';

export type CodeFlow = {
  network: EntraNetwork;
  appOn: (network: INetworkModule) => PublicClientApplication;
  directoryId: string;
};

/** RFC 8628: the pause where the server names none. */
const DEFAULT_INTERVAL_SECONDS = 5;

const givenCode = z.object({
  user_code: z.string().min(1),
  verification_uri: z.string().min(1),
  message: z.string().catch(''),
  expires_in: z.coerce.number().positive(),
  interval: z.coerce.number().positive().catch(DEFAULT_INTERVAL_SECONDS),
});

type Question = Parameters<INetworkModule['sendPostRequestAsync']>;
type Post = <T>(...question: Question) => Promise<NetworkResponse<T>>;

const posting = (network: EntraNetwork, post: Post): INetworkModule => ({
  sendGetRequestAsync: <T>(...question: Question) => network.sendGetRequestAsync<T>(...question),
  sendPostRequestAsync: post,
});

/** Asks Entra for a code, and leaves it at that: MSAL would go on asking about it for as long as this process lives. */
export async function requestCode({ network, appOn }: CodeFlow): Promise<DeviceCode> {
  let answer: unknown = null;
  const request: DeviceCodeRequest = {
    scopes: TENANT_SCOPES,
    deviceCodeCallback: () => {
      request.cancel = true;
    },
  };
  const post: Post = async <T>(...question: Question) => {
    const response = await network.sendPostRequestAsync<T>(...question);
    answer = response.body;
    return response;
  };
  await appOn(posting(network, post))
    .acquireTokenByDeviceCode(request)
    .catch((error: unknown) => {
      if (answer === null) throw entraError(error);
    });
  return readCode(answer, network);
}

function readCode(answer: unknown, network: EntraNetwork): DeviceCode {
  const given = givenCode.safeParse(answer);
  if (given.success) {
    const { user_code: userCode, verification_uri: verificationUri, message } = given.data;
    return {
      ...{ userCode, verificationUri, message, flow: JSON.stringify(answer) },
      expiresInMs: given.data.expires_in * 1_000,
      askEveryMs: given.data.interval * 1_000,
    };
  }
  const refusal = network.lastRefusal();
  throw new UpstreamError(refusal?.text ?? 'Entra gave no code to sign in with.', {
    system: ENTRA,
    isRetryable: refusal?.isPassing ?? false,
  });
}

/** Entra gives a token for a code once: while it cannot be stored, that is tried again, for some 20 s in all. */
const STORE_TRIES = 6;
const STORE_AGAIN_MS = 1_000;
const MAX_STORE_PAUSE_MS = 8_000;

export async function askAboutCode(flow: CodeFlow, given: string): Promise<SignInAnswer> {
  const asked: Asked = { given, tokens: null };
  for (let attempt = 1; ; attempt++) {
    try {
      return await askOnce(flow, asked);
    } catch (error) {
      if (asked.tokens === null) return answerOf(error, flow.network);
      const message = `The sign-in could not be stored: ${messageOf(error)}`;
      if (attempt === STORE_TRIES) return { kind: 'failed', message };
    }
    await pause(backOffMs(attempt, STORE_AGAIN_MS, MAX_STORE_PAUSE_MS));
  }
}

type Asked = { given: string; tokens: NetworkResponse<unknown> | null };

/** MSAL cannot take up a flow: it begins one, and is handed the code that there is already. */
async function askOnce({ network, appOn, directoryId }: CodeFlow, asked: Asked): Promise<SignInEnd> {
  const request: DeviceCodeRequest = { scopes: TENANT_SCOPES, deviceCodeCallback: () => undefined };
  const post: Post = async <T>(...question: Question) => {
    if (!asksAboutCode(question[1])) return codeAgain<T>(asked.given);
    // MSAL reads it before each question: this one is the last.
    request.cancel = true;
    if (asked.tokens) return asked.tokens as NetworkResponse<T>;
    const response = await network.sendPostRequestAsync<T>(...question);
    if (response.status === 200) asked.tokens = response;
    return response;
  };
  const app = appOn(posting(network, post));
  return keepOnlyThisDirectory(app, directoryId, await app.acquireTokenByDeviceCode(request));
}

/** How long MSAL shall wait between its only question and its end. */
const NO_INTERVAL_SECONDS = 0.001;

const codeAgain = <T>(given: string): NetworkResponse<T> => ({
  ...{ status: 200, headers: {} },
  body: { ...(JSON.parse(given) as T), interval: NO_INTERVAL_SECONDS },
});

/** MSAL takes whoever signs in; only an account of the tenant's own directory is kept, and only the newest. */
async function keepOnlyThisDirectory(
  app: PublicClientApplication,
  directoryId: string,
  result: AuthenticationResult | null,
): Promise<SignInEnd> {
  const signedIn = result?.account;
  const cache = app.getTokenCache();
  const isOurs = signedIn?.tenantId.toLowerCase() === directoryId.toLowerCase();
  for (const account of await cache.getAllAccounts()) {
    const isKept = isOurs && account.homeAccountId === signedIn.homeAccountId;
    if (!isKept) await cache.removeAccount(account);
  }
  if (isOurs) return { kind: 'signed_in' };
  const message = `The account ${signedIn?.username ?? ''} belongs to another directory: sign in with one of the tenant's own.`;
  return { kind: 'wrong_directory', message };
}

const WORDS: Record<string, 'declined' | 'expired'> = {
  authorization_declined: 'declined',
  access_denied: 'declined',
  expired_token: 'expired',
  device_code_expired: 'expired',
};

/** Entra's number for a code for which it gave a token already. */
const WAS_REDEEMED = /AADSTS54005\b/;

/** While it polls, MSAL reports OAuth's word as the message of a general error. */
function answerOf(error: unknown, network: EntraNetwork): SignInAnswer {
  const words = error instanceof AuthError ? [error.errorMessage, error.errorCode] : [];
  if (words.includes('device_code_polling_cancelled'))
    return { kind: 'waiting', isTooFast: network.wasTooFast() };
  const refusal = network.lastRefusal()?.text ?? null;
  const message = refusal ?? entraError(error).message;
  if (refusal && WAS_REDEEMED.test(refusal)) return { kind: 'redeemed', message };
  return { kind: words.map((word) => WORDS[word]).find((known) => known !== undefined) ?? 'failed', message };
}
