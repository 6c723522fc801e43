import { sql } from 'drizzle-orm';
import { type Db, inTransaction, type Tx } from '../../src/database/database.ts';

export type OpenWriter = AsyncDisposable & { commit(): Promise<void> };

/** A transaction that did its work and stays open, until it is told to commit. */
export async function openWriter(db: Db, work: (tx: Tx) => Promise<void>): Promise<OpenWriter> {
  const gate = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  const transaction = inTransaction(db, async (tx) => {
    // Like somebody else's: our own connections let go of a transaction that idles for 10 seconds.
    await tx.execute(sql`set local idle_in_transaction_session_timeout = 0`);
    await work(tx);
    written.resolve();
    await gate.promise;
  });
  await Promise.race([written.promise, transaction]);
  const commit = async () => {
    gate.resolve();
    await transaction;
  };
  return { commit, [Symbol.asyncDispose]: commit };
}
