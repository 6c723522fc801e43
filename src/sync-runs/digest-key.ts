import { randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { type Db, inTransaction } from '../database/database.ts';
import type { TenantId } from '../lib/ids.ts';
import type { Services } from './services.ts';
import { digestKeys } from './sync-runs.table.ts';

const contextOf = (tenantId: TenantId) => `digest-key:${tenantId}`;

/** The key under which a tenant's sensitive values enter its digests: made once, and then the same for good. */
export async function digestKeyOf(
  { db, seal }: Pick<Services, 'db' | 'seal'>,
  tenantId: TenantId,
): Promise<Buffer> {
  const sealed = (await load(db, tenantId)) ?? (await make({ db, seal }, tenantId));
  return Buffer.from(seal.open(sealed, contextOf(tenantId)), 'base64');
}

async function load(db: Db, tenantId: TenantId): Promise<string | null> {
  const [row] = await db.select().from(digestKeys).where(eq(digestKeys.tenantId, tenantId));
  return row?.sealed ?? null;
}

/** Of two that make it at once, one is kept, and both are given that. */
async function make({ db, seal }: Pick<Services, 'db' | 'seal'>, tenantId: TenantId): Promise<string> {
  const sealed = seal.close(randomBytes(32).toString('base64'), contextOf(tenantId));
  await inTransaction(db, (tx) => tx.insert(digestKeys).values({ tenantId, sealed }).onConflictDoNothing());
  const kept = await load(db, tenantId);
  if (kept === null) throw new Error(`The digest key of ${tenantId} was not kept.`);
  return kept;
}
