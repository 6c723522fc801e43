/** Keys of scripts and people. The secret is shown once; only its hash is kept. */
import { createHash, randomBytes } from 'node:crypto';
import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm';
import { databaseNow, type Db, inTransaction, type Queryable, type Tx } from '../database/database.ts';
import type { Actor } from '../events/actor.ts';
import { type KeyId, newId, type TenantId } from '../lib/ids.ts';
import { apiKeys, apiKeySecrets, roleGrants } from './access.table.ts';
import { audit, type AuditFacts, recordingRefusals } from './audit.ts';
import { EVERY_TIME, type Once } from './once.ts';
import type { Role } from './permissions.ts';
import { tellRightsChanged } from './rights.ts';
import { Forbidden, mustBeAllowedEverywhere, type Viewer } from './viewer.ts';

export const KEY_PREFIX = 'tsk_';
const SHOWN_LETTERS = KEY_PREFIX.length + 6;
const DAY_MS = 24 * 3_600_000;
export const USUAL_KEY_DAYS = 90;
export const MOST_KEY_DAYS = 365;

export type KeySecret = { prefix: string; createdAt: Date; expiresAt: Date; lastUsedAt: Date | null };
export type ApiKeyRow = {
  id: KeyId;
  name: string;
  personId: string | null;
  createdBy: Actor;
  createdAt: Date;
  revokedAt: Date | null;
};
/** With its secrets that still work: two while a rotation overlaps. */
export type ListedKey = ApiKeyRow & { secrets: KeySecret[] };
/** `secret` is never seen again. */
export type MadeKey = { key: ListedKey; secret: string };

export const sha256 = (secret: string) => createHash('sha256').update(secret).digest('hex');
export const subjectOfKey = (id: KeyId) => `key/${id}`;

export type CreateKeyInput = {
  name: string;
  personId: string | null;
  roles: readonly Role[];
  /** Empty: the whole fleet. */
  tenantIds: readonly TenantId[];
  expiresInDays: number;
  once?: Once;
};
export type RotateKeyInput = { id: KeyId; overlapHours: number; expiresInDays: number; once?: Once };

/** Throws Forbidden. */
export function createKey(db: Db, viewer: Viewer, input: CreateKeyInput): Promise<MadeKey> {
  const facts = { viewer, act: 'CREATE_API_KEY' as const, tenantId: null, target: null };
  return managing(db, { ...facts, once: input.once }, async (tx) => {
    const now = await databaseNow(tx);
    const { name, personId, roles, tenantIds, expiresInDays } = input;
    mustBeOwn(viewer, personId);
    const row = { id: newId('key'), name, personId, createdBy: viewer.actor, createdAt: now };
    await tx.insert(apiKeys).values(row);
    const secret = await addSecret(tx, row.id, { now, expiresInDays });
    const places = tenantIds.length > 0 ? tenantIds : [null];
    const grants = places.flatMap((tenantId) =>
      roles.map((role) => ({
        id: newId('grt'),
        subject: subjectOfKey(row.id),
        role,
        tenantId,
        grantedBy: viewer.actor,
      })),
    );
    if (grants.length > 0) await tx.insert(roleGrants).values(grants);
    await tellRightsChanged(tx);
    const details = { name, personId, roles: roles.join(' '), tenants: tenantIds.join(' '), expiresInDays };
    await audit(tx, { ...facts, target: row.id, details });
    return { key: await mustLoad(tx, row.id), secret };
  });
}

/** A new secret for the same key; those before it work on for the overlap. null: no such key that still works. */
export function rotateKey(db: Db, viewer: Viewer, input: RotateKeyInput): Promise<MadeKey | null> {
  const { id, overlapHours, expiresInDays, once } = input;
  const facts = { viewer, act: 'ROTATE_API_KEY' as const, tenantId: null, target: id };
  return managing(db, { ...facts, once }, async (tx) => {
    const key = await lockWorkingKey(tx, id);
    if (!key) return null;
    mustBeOwn(viewer, key.personId);
    const now = await databaseNow(tx);
    const overlapEnds = new Date(now.getTime() + overlapHours * 3_600_000);
    await tx
      .update(apiKeySecrets)
      .set({ expiresAt: overlapEnds })
      .where(and(eq(apiKeySecrets.keyId, id), gt(apiKeySecrets.expiresAt, overlapEnds)));
    const secret = await addSecret(tx, id, { now, expiresInDays });
    await tellRightsChanged(tx);
    await audit(tx, { ...facts, details: { overlapHours, expiresInDays } });
    return { key: await mustLoad(tx, id), secret };
  });
}

/** Ends the key at once, on open streams within 5 seconds. null: no such key that still works. */
export function revokeKey(
  db: Db,
  viewer: Viewer,
  { id, once }: { id: KeyId; once?: Once },
): Promise<ListedKey | null> {
  const facts = { viewer, act: 'REVOKE_API_KEY' as const, tenantId: null, target: id };
  return managing(db, { ...facts, once }, async (tx) => {
    if (!(await lockWorkingKey(tx, id))) return null;
    await tx
      .update(apiKeys)
      .set({ revokedAt: await databaseNow(tx) })
      .where(eq(apiKeys.id, id));
    await tellRightsChanged(tx);
    await audit(tx, facts);
    return mustLoad(tx, id);
  });
}

/** One act on keys: for those who may manage them, in one transaction, once under a caller's key. */
function managing<Result>(
  db: Db,
  { once = EVERY_TIME, ...facts }: AuditFacts & { once: Once | undefined },
  act: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  const check = () => Promise.resolve(mustBeAllowedEverywhere(facts.viewer, 'manageKeys'));
  return recordingRefusals(db, facts, async () => {
    await check();
    return inTransaction(db, (tx) => once.run(tx, { check, act: () => act(tx) }));
  });
}

/** Oldest first, the revoked ones too. Throws Forbidden. */
export async function listKeys(q: Queryable, viewer: Viewer): Promise<ListedKey[]> {
  mustBeAllowedEverywhere(viewer, 'manageKeys');
  return withSecrets(q, await q.select().from(apiKeys).orderBy(asc(apiKeys.createdAt), asc(apiKeys.id)));
}

async function addSecret(
  tx: Tx,
  keyId: KeyId,
  { now, expiresInDays }: { now: Date; expiresInDays: number },
): Promise<string> {
  const secret = `${KEY_PREFIX}${randomBytes(32).toString('base64url')}`;
  const expiresAt = new Date(now.getTime() + expiresInDays * DAY_MS);
  const prefix = secret.slice(0, SHOWN_LETTERS);
  await tx.insert(apiKeySecrets).values({ sha256: sha256(secret), keyId, prefix, createdAt: now, expiresAt });
  return secret;
}

/** Whoever holds a key that counts as a person is the second pair of eyes: no admin can make one of somebody else. */
function mustBeOwn({ actor, personId }: Viewer, keyOf: string | null): void {
  if (keyOf === null || keyOf === personId || actor.kind === 'SERVICE') return;
  const says =
    'A key that counts as a person is made, and given a new secret, by that person or by a command on the server (npm run keys).';
  throw new Forbidden('manageKeys', { says });
}

async function lockWorkingKey(tx: Tx, id: KeyId): Promise<ApiKeyRow | undefined> {
  const working = and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt));
  const [key] = await tx.select().from(apiKeys).where(working).for('update');
  return key;
}

async function mustLoad(tx: Tx, id: KeyId): Promise<ListedKey> {
  const [key] = await withSecrets(tx, await tx.select().from(apiKeys).where(eq(apiKeys.id, id)));
  if (!key) throw new Error(`The key ${id} disappeared while it was locked.`);
  return key;
}

async function withSecrets(q: Queryable, keys: ApiKeyRow[]): Promise<ListedKey[]> {
  const secrets = await q
    .select()
    .from(apiKeySecrets)
    .where(gt(apiKeySecrets.expiresAt, sql`clock_timestamp()`))
    .orderBy(asc(apiKeySecrets.createdAt));
  return keys.map((key) => ({
    ...key,
    secrets: key.revokedAt ? [] : secrets.filter(({ keyId }) => keyId === key.id),
  }));
}
