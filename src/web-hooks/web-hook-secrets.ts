import { and, asc, count, desc, eq, gt, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import type { Queryable, Tx } from '../database/database.ts';
import { newId, type WebHookId } from '../lib/ids.ts';
import type { Seal } from '../lib/seal.ts';
import { newSecret } from './signature.ts';
import { webHookSecrets } from './web-hooks.table.ts';

/** `worksUntil` is null until it is rotated. The secret itself is shown only once. */
export type ShownSecret = { webHookId: WebHookId; createdAt: Date; worksUntil: Date | null };

const { worksUntil } = webHookSecrets;
const works = or(isNull(worksUntil), gt(worksUntil, sql`clock_timestamp()`));

export async function addSecret(
  tx: Tx,
  seal: Seal,
  { webHookId, now }: { webHookId: WebHookId; now: Date },
): Promise<string> {
  const secret = newSecret();
  const id = newId('whs');
  await tx.insert(webHookSecrets).values({ id, webHookId, sealed: seal.close(secret, id), createdAt: now });
  return secret;
}

/** Those that work do so no longer than that; those that do not are forgotten. */
export async function endSecrets(
  tx: Tx,
  webHookId: WebHookId,
  { now, at }: { now: Date; at: Date },
): Promise<void> {
  const ofHook = eq(webHookSecrets.webHookId, webHookId);
  await tx
    .update(webHookSecrets)
    .set({ worksUntil: at })
    .where(and(ofHook, or(isNull(worksUntil), gt(worksUntil, at))));
  await tx.delete(webHookSecrets).where(and(ofHook, lte(worksUntil, now)));
}

export async function countSecrets(tx: Tx, webHookId: WebHookId): Promise<number> {
  const [row] = await tx
    .select({ count: count() })
    .from(webHookSecrets)
    .where(and(eq(webHookSecrets.webHookId, webHookId), works));
  return row?.count ?? 0;
}

/** Newest first, to sign with. */
export async function openSecrets(q: Queryable, seal: Seal, webHookId: WebHookId): Promise<string[]> {
  const rows = await q
    .select({ id: webHookSecrets.id, sealed: webHookSecrets.sealed })
    .from(webHookSecrets)
    .where(and(eq(webHookSecrets.webHookId, webHookId), works))
    .orderBy(desc(webHookSecrets.createdAt), desc(webHookSecrets.id));
  return rows.map(({ id, sealed }) => seal.open(sealed, id));
}

/** Oldest first; for whoever may manage the hooks. */
export function listSecrets(q: Queryable, webHookIds: readonly WebHookId[]): Promise<ShownSecret[]> {
  return q
    .select({
      webHookId: webHookSecrets.webHookId,
      createdAt: webHookSecrets.createdAt,
      worksUntil: webHookSecrets.worksUntil,
    })
    .from(webHookSecrets)
    .where(and(inArray(webHookSecrets.webHookId, [...webHookIds]), works))
    .orderBy(asc(webHookSecrets.createdAt), asc(webHookSecrets.id));
}
