import { AuthError } from '@azure/msal-node';
import type { AuthenticationResult, DeviceCodeRequest, PublicClientApplication } from '@azure/msal-node';
import { messageOf, UpstreamError } from '../lib/errors.ts';
import { pause } from '../lib/pause.ts';
import { entraError } from './entra-apps.ts';
import { ENTRA, type EntraNetwork } from './entra-network.ts';
import type { DeviceCodeFlow, SignInEnd } from './sign-in.ts';
import { TENANT_SCOPES } from './tenant-scopes.ts';

type Flow = { app: PublicClientApplication; network: EntraNetwork; directoryId: string };
type Limits = { withinMs: number; signal: AbortSignal };
type Shown = Omit<DeviceCodeFlow, 'finished'>;

/** One sign-in by code. It ends after `withinMs` or by the signal at once, whatever MSAL is waiting for at that moment. */
export async function startDeviceCode(flow: Flow, limits: Limits): Promise<DeviceCodeFlow> {
  const shown = Promise.withResolvers<Shown>();
  const request: DeviceCodeRequest = {
    scopes: TENANT_SCOPES,
    // MSAL reads it before each question, so that an ended flow stops asking.
    cancel: false,
    deviceCodeCallback: (code) => shown.resolve(readCode(code, flow.network)),
  };
  const acquired = flow.app.acquireTokenByDeviceCode(request);
  const answered = acquired.then(
    (result) => keepOnlyThisDirectory(flow, result),
    (error: unknown) => endOf(error, flow.network.lastRefusal()?.text ?? null),
  );
  acquired.catch((error: unknown) => shown.reject(entraError(error)));
  const over = new AbortController();
  const finished = Promise.race([
    answered.catch(storageFailed),
    endFromOutside(limits, AbortSignal.any([limits.signal, over.signal])),
  ]).finally(() => {
    request.cancel = true;
    over.abort();
  });
  return { ...(await shown.promise), finished };
}

type GivenCode = Parameters<DeviceCodeRequest['deviceCodeCallback']>[0];

/** MSAL hands on a refusal as a code without content. */
function readCode(
  { userCode, verificationUri, message, expiresIn }: GivenCode,
  network: EntraNetwork,
): Shown {
  if (userCode && verificationUri && expiresIn > 0) {
    return { userCode, verificationUri, message, expiresInMs: expiresIn * 1000 };
  }
  const refusal = network.lastRefusal();
  throw new UpstreamError(refusal?.text ?? 'Entra gave no code to sign in with.', {
    system: ENTRA,
    isRetryable: refusal?.isPassing ?? false,
  });
}

/** MSAL takes whoever signs in; only an account of the tenant's own directory is kept, and only the newest. */
async function keepOnlyThisDirectory(
  { app, directoryId }: Flow,
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

const WORDS: Record<string, Exclude<SignInEnd['kind'], 'signed_in'>> = {
  authorization_declined: 'declined',
  access_denied: 'declined',
  expired_token: 'expired',
  device_code_expired: 'expired',
  user_timeout_reached: 'expired',
  device_code_polling_cancelled: 'canceled',
};

/** While it polls, MSAL reports OAuth's word as the message of a general error. */
function endOf(error: unknown, refusal: string | null): SignInEnd {
  const words = error instanceof AuthError ? [error.errorMessage, error.errorCode] : [];
  const kind = words.map((word) => WORDS[word]).find((known) => known !== undefined) ?? 'failed';
  return { kind, message: refusal ?? entraError(error).message };
}

const storageFailed = (error: unknown): SignInEnd => ({
  kind: 'failed',
  message: `The sign-in could not be stored: ${messageOf(error)}`,
});

async function endFromOutside({ withinMs, signal }: Limits, wake: AbortSignal): Promise<SignInEnd> {
  await pause(Math.max(0, withinMs), wake);
  return signal.aborted
    ? { kind: 'canceled', message: 'The sign-in was ended before somebody signed in.' }
    : { kind: 'expired', message: 'Nobody signed in before the sign-in window closed.' };
}
