import { type Db, inTransaction, type Tx } from '../../src/database/database.ts';

export type OpenWriter = AsyncDisposable & { commit(): Promise<void> };

/** A transaction that did its work and stays open, until it is told to commit. */
export async function openWriter(db: Db, work: (tx: Tx) => Promise<void>): Promise<OpenWriter> {
  const gate = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  const transaction = inTransaction(db, async (tx) => {
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
