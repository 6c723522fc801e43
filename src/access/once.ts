/**
 * What was done under a caller's own key is not done again: the first result is given instead. The key belongs to the
 * arguments that first came with it; what it did is remembered in the transaction that did it.
 */
import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { and, eq, lt, sql } from 'drizzle-orm';
import { type Db, inTransaction, type Queryable, type Tx } from '../database/database.ts';
import { Refusal } from '../lib/errors.ts';
import type { Seal } from '../lib/seal.ts';
import { canonicalJson } from '../pipeline/canonical-json.ts';
import { firstResults, idempotencyKeys } from './access.table.ts';
import type { Viewer } from './viewer.ts';

/** The key came before with other arguments. */
export class IdempotencyKeyReused extends Refusal {
  readonly code = 'IDEMPOTENCY_KEY_REUSED';
}

/** A request with the key is being carried out at this moment. */
export class IdempotencyKeyInFlight extends Refusal {
  readonly code = 'IDEMPOTENCY_KEY_IN_FLIGHT';
}

/** `check` looks the subject up and throws unless the caller may: each time. `act` is what happens once. */
export type Act<Subject, Result> = {
  check: () => Promise<Subject>;
  act: (subject: Subject) => Promise<Result>;
};

export type Once = {
  /** Runs the act, or gives its first result. What throws or gives null did nothing, and is not remembered. */
  run<Subject, Result>(tx: Tx, act: Act<Subject, Result>): Promise<Result>;
  wasDone(tx: Tx): Promise<boolean>;
};

/** For callers without a key. */
export const EVERY_TIME: Once = {
  run: async (_tx, { check, act }) => act(await check()),
  wasDone: () => Promise.resolve(false),
};

export type KeyedRequest = {
  key: string;
  mutation: string;
  /** All of them but the key; what is null counts as left out. */
  args: object;
  /** Which item of a bulk request; 0 for any other. */
  item: number;
};

const KEPT_FOR = sql`interval '24 hours'`;

/** Refusals: IdempotencyKeyReused here, IdempotencyKeyInFlight when it is run. */
export async function onceUnderKey(
  { db, seal }: { db: Db; seal: Seal },
  { personId }: Viewer,
  { key, mutation, args, item }: KeyedRequest,
): Promise<Once> {
  await bind(db, { personId, key, requestHash: hashOf(mutation, args) });
  const mine = and(
    eq(firstResults.personId, personId),
    eq(firstResults.key, key),
    eq(firstResults.item, item),
  );
  const place = JSON.stringify([personId, key, item]);
  const find = async (tx: Tx) => (await tx.select().from(firstResults).where(mine))[0];
  return {
    wasDone: async (tx) => (await find(tx)) !== undefined,
    async run<Subject, Result>(tx: Tx, { check, act }: Act<Subject, Result>): Promise<Result> {
      await holdAlone(tx, place);
      const subject = await check();
      const first = await find(tx);
      if (first) return open<Result>(seal.open(first.sealed, place));
      const result = await act(subject);
      if (result !== null)
        await tx
          .insert(firstResults)
          .values({ personId, key, item, sealed: seal.close(pack(result), place) });
      return result;
    },
  };
}

/** Keys are kept for 24 hours; what is older is forgotten. */
export async function forgetFirstResults(q: Queryable): Promise<number> {
  const gone = await q.delete(idempotencyKeys).where(isOver).returning({ key: idempotencyKeys.key });
  return gone.length;
}

const isOver = lt(idempotencyKeys.createdAt, sql`clock_timestamp() - ${KEPT_FOR}`);

type Bound = { personId: string; key: string; requestHash: string };

/** Gives the key to these arguments, unless it is another's: then it refuses. */
async function bind(db: Db, { personId, key, requestHash }: Bound): Promise<void> {
  const mine = and(eq(idempotencyKeys.personId, personId), eq(idempotencyKeys.key, key));
  const [known] = await inTransaction(db, async (tx) => {
    await tx.delete(idempotencyKeys).where(and(mine, isOver));
    await tx.insert(idempotencyKeys).values({ personId, key, requestHash }).onConflictDoNothing();
    return tx.select().from(idempotencyKeys).where(mine);
  });
  if (known?.requestHash === requestHash) return;
  throw new IdempotencyKeyReused(
    'This idempotencyKey came within the last 24 hours with another mutation or other arguments. Use a new key for each new request.',
  );
}

/** Until the transaction ends; a process that dies lets go at once. */
async function holdAlone(tx: Tx, place: string): Promise<void> {
  const { rows } = await tx.execute<{ free: boolean }>(
    sql`select pg_try_advisory_xact_lock(hashtextextended(${place}, 0)) as free`,
  );
  if (rows[0]?.free) return;
  throw new IdempotencyKeyInFlight(
    'A request with this idempotencyKey is being carried out. Send it again in a moment to get its result.',
  );
}

function hashOf(mutation: string, args: object): string {
  const given: unknown = JSON.parse(JSON.stringify(args, (_key, value: unknown) => value ?? undefined));
  return createHash('sha256')
    .update(canonicalJson([mutation, given]))
    .digest('hex');
}

/** As Node clones values: rows hold moments, which JSON would make texts of. */
const pack = (value: unknown) => serialize(value).toString('base64');
const open = <Value>(packed: string) => deserialize(Buffer.from(packed, 'base64')) as Value;
