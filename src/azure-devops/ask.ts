/** One request to Azure DevOps. */
export type Ask = {
  /** Completes "asked to …" in error messages. */
  what: string;
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Below the organisation's address; made by `route`, so that its parts are encoded. */
  path: string;
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  apiVersion?: string;
  accept?: string;
  body?: unknown;
  /** Called right before it leaves, however long it waited for its turn: what this throws keeps it here. */
  beforeSending?: (() => void) | undefined;
};

/** A path with its parts encoded. */
export function route(parts: TemplateStringsArray, ...values: (string | number)[]): string {
  return String.raw({ raw: parts }, ...values.map((value) => encodeURIComponent(value)));
}

export const isRead = (ask: Ask) => (ask.method ?? 'GET') === 'GET';

export function urlOf(organizationUrl: string, { path, query = {} }: Ask): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return `${organizationUrl}/${path}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`;
}

// The client's declaration knows no request without a body; null is what it sends itself then.
export const bodyOf = (ask: Ask) => (ask.body === undefined ? null : JSON.stringify(ask.body)) as string;

export function headersOf(ask: Ask): Record<string, string> {
  return {
    Accept: `${ask.accept ?? 'application/json'};api-version=${ask.apiVersion ?? '7.1'}`,
    ...(ask.body === undefined ? {} : { 'Content-Type': 'application/json' }),
    // Asks for 401 instead of a redirect to the sign-in page.
    'X-TFS-FedAuthRedirect': 'Suppress',
  };
}
