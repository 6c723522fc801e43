/** Listens in on the simulated Entra, which runs in this process: what it gives out, as it is on the wire. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

const CHANNEL = 'http.server.request.start';
const SECRETS = ['access_token', 'refresh_token', 'id_token', 'device_code', 'user_code'] as const;
export type EntraSecret = (typeof SECRETS)[number];

export type EntraSecrets = Disposable & { of(kind: EntraSecret): string[] };

export function collectEntraSecrets(): EntraSecrets {
  const found = new Map<EntraSecret, Set<string>>(SECRETS.map((name) => [name, new Set()]));
  const onRequest = (message: unknown) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (!/^\/entra\/.*\/(token|devicecode)(\?|$)/.test(request.url ?? '')) return;
    const end = response.end.bind(response);
    response.end = ((body?: unknown, ...rest: []) => {
      if (typeof body === 'string') take(JSON.parse(body) as Record<string, unknown>);
      return end(body, ...rest);
    }) as typeof response.end;
  };
  const take = (answer: Record<string, unknown>) => {
    for (const name of SECRETS) {
      const value = answer[name];
      if (typeof value === 'string') found.get(name)?.add(value);
    }
  };
  subscribe(CHANNEL, onRequest);
  return {
    of: (kind) => [...(found.get(kind) ?? [])],
    [Symbol.dispose]: () => void unsubscribe(CHANNEL, onRequest),
  };
}
