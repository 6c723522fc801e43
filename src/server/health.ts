import { sql } from 'drizzle-orm';
import type { ServerResponse } from 'node:http';
import type { Database } from '../database/database.ts';
import type { Listener } from '../database/listener.ts';
import { pause } from '../lib/pause.ts';
import { sendJson } from './json.ts';

const ANSWER_WITHIN_MS = 2_000;

/** The process runs. */
export const answerLive = (response: ServerResponse) => sendJson(response, 200, { status: 'live' });

/** The process can serve: the database answers, and the listener hears what is new. */
export async function answerReady(
  response: ServerResponse,
  { database, listener }: { database: Database; listener: Pick<Listener, 'isListening'> },
): Promise<void> {
  const isAnswering = await Promise.race([
    database.db.execute(sql`select 1`).then(
      () => true,
      () => false,
    ),
    pause(ANSWER_WITHIN_MS).then(() => false),
  ]);
  const checks = { database: isAnswering, listener: listener.isListening };
  const isReady = Object.values(checks).every(Boolean);
  sendJson(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready', checks });
}
