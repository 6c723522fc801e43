import type { IncomingMessage } from 'node:http';
import type { AzureRequestSeen } from '../telemetry/metrics.ts';
import { inSpan } from '../telemetry/tracing.ts';
import type { Ask } from './ask.ts';

export type RequestObserver = (seen: AzureRequestSeen) => void;

/** Makes one try a span, and tells the observer how it went. */
export function observeRequest(
  ask: Ask,
  { organizationUrl, observe }: { organizationUrl: string; observe: RequestObserver },
  send: () => Promise<IncomingMessage>,
): Promise<IncomingMessage> {
  const organization = organizationUrl.split('/').at(-1) ?? '';
  const startedAt = performance.now();
  const tell = (status: number | null, budget: number | null) =>
    observe({ organization, status, budget, seconds: (performance.now() - startedAt) / 1_000 });
  const attributes = {
    'http.request.method': ask.method ?? 'GET',
    'azure_devops.organization': organization,
  };
  return inSpan(`Azure DevOps: ${ask.what}`, { direction: 'OUT', attributes }, async (span) => {
    try {
      const message = await send();
      const status = message.statusCode ?? null;
      if (status !== null) span.setAttribute('http.response.status_code', status);
      tell(status, budgetOf(message));
      return message;
    } catch (error) {
      tell(null, null);
      throw error;
    }
  });
}

function budgetOf({ headers }: IncomingMessage): number | null {
  const text = headers['x-ratelimit-remaining'];
  const left = Number(text);
  return text === undefined || !Number.isFinite(left) ? null : left;
}
