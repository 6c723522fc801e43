import type { Config } from './config.ts';
import { checkListening } from './database/check-listening.ts';
import { type Database, openDatabase } from './database/database.ts';
import type { Logger } from './lib/logger.ts';

export type Databases = AsyncDisposable & {
  /** For everything that is done in transactions; may lead through a pooler. */
  database: Database;
  /** For what lives with a connection: LISTEN, session locks, the job queue. */
  direct: Database;
  listenUrl: string;
};

const CONNECTIONS = 20;
const DIRECT_CONNECTIONS = 10;

/** Throws when the database cannot be reached, or would never tell what is new. */
export async function openDatabases(config: Config, logger: Logger): Promise<Databases> {
  await using stack = new AsyncDisposableStack();
  const { DATABASE_URL: url, DATABASE_LISTEN_URL: apart } = config;
  const isPooled = apart !== undefined;
  const database = stack.use(openDatabase({ url, maxConnections: CONNECTIONS, logger, isPooled }));
  const direct = apart
    ? stack.use(openDatabase({ url: apart, maxConnections: DIRECT_CONNECTIONS, logger }))
    : database;
  const listenUrl = apart ?? url;
  await checkListening(database, listenUrl);
  const opened = stack.move();
  return { database, direct, listenUrl, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
