/** The facts that may be logged, by name. Whatever is not on this list never leaves the program. */
const FACT_NAMES = [
  ...['organization', 'project', 'tenant', 'run', 'buildId', 'pullRequest', 'role'],
  ...['error', 'reason', 'problem', 'stack', 'code', 'status', 'what', 'end', 'line', 'signal'],
  ...['attempt', 'failures', 'waitMs', 'workers', 'deleted', 'port', 'path', 'id', 'epoch'],
  ...['position', 'hash', 'at', 'keyId', 'publicKey', 'signature', 'traceId', 'webHook'],
] as const;
export type FactName = (typeof FACT_NAMES)[number];

/** What the rooms may say to the operator: a short message and plain facts. Facts never hold a secret. */
export type Facts = Readonly<Partial<Record<FactName, string | number | boolean | null | undefined>>>;

export type Logger = {
  debug(message: string, facts?: Facts): void;
  info(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
};

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LEVELS)[number] | 'silent';

/** One JSON object a line, from `level` upwards, handed to `write`. `traceId` answers the trace in which it is logged. */
export function createLogger(
  level: LogLevel,
  write: (line: string) => void,
  traceId: () => string | undefined = () => undefined,
): Logger {
  const from = level === 'silent' ? LEVELS.length : LEVELS.indexOf(level);
  const at =
    (word: (typeof LEVELS)[number]) =>
    (message: string, facts: Facts = {}) => {
      if (LEVELS.indexOf(word) < from) return;
      const entry = { time: new Date().toISOString(), level: word, message: masked(message) };
      write(JSON.stringify({ ...entry, ...allowed({ ...facts, traceId: traceId() }) }));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** The compiler keeps to the list too; what comes around it (a spread, a cast) is dropped here. */
function allowed(facts: Facts): Facts {
  const kept = FACT_NAMES.filter((name) => facts[name] !== undefined).map((name) => {
    const value = facts[name];
    return [name, typeof value === 'string' ? masked(value) : value];
  });
  return Object.fromEntries(kept) as Facts;
}

/** Messages of other systems quote what they were sent: what looks like a secret is cut out of every text. */
const SECRETS: readonly [RegExp, string][] = [
  [/\b(Bearer|Basic)\s+[^\s"',]+/gi, '$1 [masked]'],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '[masked]'],
  [/\btsk_[\w-]+/g, '[masked]'],
  [/\bwhsec_[\w+/=-]+/g, '[masked]'],
  [/(:\/\/[^\s/:@]+):[^\s/@]+@/g, '$1:[masked]@'],
  [
    /\b((?:client_)?(?:secret|assertion)|(?:refresh|access|id)_token|(?:device|user)_code|password|sig)("?\s*[=:]\s*"?)[^\s&",}]+/gi,
    '$1$2[masked]',
  ],
];

const masked = (text: string) =>
  SECRETS.reduce((known, [pattern, replacement]) => known.replace(pattern, replacement), text);
