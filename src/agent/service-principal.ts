/** A tenant whose own application signs in: by a secret, or by the job's OIDC token where Entra trusts it. */
import { isJsonObject, type Json } from '../pipeline/canonical-json.ts';
import { PIPELINE_ERROR_CODES } from '../pipeline/contract.ts';
import { StageError } from '../pipeline/stage.ts';
import type { Job } from './job.ts';
import { oidcToken } from './oidc-token.ts';

const REQUEST_TIMEOUT_MS = 30_000;
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

type Principal = NonNullable<Job['servicePrincipal']>;

export async function principalToken(
  job: Job,
  principal: Principal,
  { directoryId, signal }: { directoryId: string; signal: AbortSignal },
): Promise<string> {
  const proof =
    principal.clientSecret === null
      ? { client_assertion_type: JWT_BEARER, client_assertion: await oidcToken(job, signal) }
      : { client_secret: principal.clientSecret };
  const response = await fetch(`${job.entraUrl}/${encodeURIComponent(directoryId)}/oauth2/v2.0/token`, {
    method: 'POST',
    redirect: 'error',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: principal.clientId,
      scope: 'https://graph.microsoft.com/.default',
      ...proof,
    }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
  });
  const body = (await response.json().catch(() => null)) as Json;
  const { access_token: token, error_description: words } = isJsonObject(body) ? body : {};
  if (typeof token === 'string') return token;
  throw new StageError(
    PIPELINE_ERROR_CODES.tenantUnavailable,
    `Entra gave application ${principal.clientId} no token for directory ${directoryId} (${response.status}): ` +
      `${typeof words === 'string' ? words : 'It gave no reason.'} Correct its credential and start another sync.`,
  );
}
