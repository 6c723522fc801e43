/** The program's own schema and what its resolvers are given, for peers that serve it. */
import { createHash } from 'node:crypto';
import { authenticateWith } from '../../../src/access/authenticate.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { createSeal } from '../../../src/lib/seal.ts';

export { schema } from '../../../src/server/schema.ts';

const logger = createLogger('error', (line) => console.error(line));
const { db } = openDatabase({ url: process.env.DATABASE_URL, maxConnections: 20, logger });
const seal = createSeal([{ id: 'bench', key: Buffer.alloc(32, 7) }]);
const settings = { signInWindowMs: 180_000, staleAfterMs: 90_000, publicUrl: 'http://127.0.0.1' };

/** The one key of the benchmark, compared as the program compares its fixed keys. */
export const authenticate = authenticateWith([
  { name: 'bench', role: 'VIEWER', sha256: createHash('sha256').update('bench').digest('hex') },
]);

export async function contextOf(authorization) {
  const viewer = await authenticate(authorization);
  if (!viewer) throw new Error('Say who you are.');
  return {
    db,
    viewer,
    seal,
    logPlace: { epoch: 'AAAAAAAAAAAA', position: 0n },
    lastEventId: null,
    staleAfterMs: settings.staleAfterMs,
    heartbeatEveryMs: 30_000,
    services: { db, seal, settings },
  };
}
