/** What the rooms may say to the operator: a short message and plain facts. Facts never hold a secret. */
export type Facts = Readonly<Record<string, string | number | boolean | null | undefined>>;

export type Logger = {
  debug(message: string, facts?: Facts): void;
  info(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
};

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LEVELS)[number] | 'silent';

/** One JSON object a line, from `level` upwards, handed to `write`. */
export function createLogger(level: LogLevel, write: (line: string) => void): Logger {
  const from = level === 'silent' ? LEVELS.length : LEVELS.indexOf(level);
  const at =
    (word: (typeof LEVELS)[number]) =>
    (message: string, facts: Facts = {}) => {
      if (LEVELS.indexOf(word) < from) return;
      write(JSON.stringify({ time: new Date().toISOString(), level: word, message, ...facts }));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
