import type { ServerResponse } from 'node:http';
import type { Database } from '../database/database.ts';
import { isMigrated } from '../database/is-migrated.ts';
import type { Listener } from '../database/listener.ts';
import { pause } from '../lib/pause.ts';
import { sendJson } from './json.ts';

const ANSWER_WITHIN_MS = 2_000;

/** The process runs. */
export const answerLive = (response: ServerResponse) => sendJson(response, 200, { status: 'live' });

/** The process can serve: the database answers and is up to date, and the listener hears what is new. */
export async function answerReady(
  response: ServerResponse,
  { database, listener }: { database: Database; listener: Pick<Listener, 'isListening'> },
): Promise<void> {
  const migrated = await Promise.race([
    isMigrated(database.db).catch(() => null),
    pause(ANSWER_WITHIN_MS).then(() => null),
  ]);
  const checks = {
    database: migrated !== null,
    migrations: migrated === true,
    listener: listener.isListening,
  };
  const isReady = Object.values(checks).every(Boolean);
  sendJson(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready', checks });
}
