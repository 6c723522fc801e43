import type { Job } from './job.ts';

const REQUEST_TIMEOUT_MS = 30_000;

/** What proves to others which service connection the job may use: Azure DevOps signs it, and it lives for minutes. */
export async function oidcToken(job: Job, signal: AbortSignal): Promise<string> {
  const query = new URLSearchParams({
    'api-version': '7.1',
    serviceConnectionId: job.serviceConnectionId,
  });
  const response = await fetch(`${job.oidcRequestUrl}?${query}`, {
    method: 'POST',
    redirect: 'error',
    headers: {
      Authorization: `Bearer ${job.accessToken}`,
      'Content-Type': 'application/json',
      'X-TFS-FedAuthRedirect': 'Suppress',
    },
    body: '{}',
    signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
  });
  const body = response.ok ? ((await response.json()) as { oidcToken?: unknown }) : {};
  if (typeof body.oidcToken === 'string') return body.oidcToken;
  throw new Error(
    `Azure DevOps gave no OIDC token for service connection ${job.serviceConnectionId} (${response.status}).`,
  );
}
