/** Who holds which role, for a tenant or for the fleet. */
import { and, eq, inArray, isNull } from 'drizzle-orm';
import { databaseNow, type Db, inTransaction, type Queryable } from '../database/database.ts';
import type { Actor } from '../events/actor.ts';
import { type GrantId, newId, type TenantId } from '../lib/ids.ts';
import { roleGrants } from './access.table.ts';
import { audit, recordingRefusals } from './audit.ts';
import type { Role } from './permissions.ts';
import { tellRightsChanged } from './rights.ts';
import { type Grants, mayEverywhere, mustBeAllowed, mustBeAllowedEverywhere, type Viewer } from './viewer.ts';
import { visibleTo } from './visible.ts';

export type RoleGrant = {
  id: GrantId;
  subject: string;
  role: Role;
  tenantId: TenantId | null;
  grantedBy: Actor;
  grantedAt: Date;
};

const GUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const SUBJECT = new RegExp(`^(?:key/key_[0-9a-f]{32}|(?:person|application|group)/${GUID}/${GUID})$`);
export const isSubject = (text: string) => SUBJECT.test(text);

export async function grantsOf(q: Queryable, subjects: readonly string[]): Promise<Grants> {
  const rows = await q
    .select({ role: roleGrants.role, tenantId: roleGrants.tenantId })
    .from(roleGrants)
    .where(inArray(roleGrants.subject, [...subjects]));
  return grantsFrom(rows);
}

export function grantsFrom(rows: readonly { role: Role; tenantId: TenantId | null }[]): Grants {
  const byTenant = new Map<TenantId, Set<Role>>();
  for (const { role, tenantId } of rows) {
    if (tenantId !== null) byTenant.set(tenantId, (byTenant.get(tenantId) ?? new Set()).add(role));
  }
  return {
    fleet: new Set(rows.filter(({ tenantId }) => tenantId === null).map(({ role }) => role)),
    byTenant,
  };
}

/** Those of the tenants whose admin the viewer is; the fleet's too for an admin of the fleet. */
export function listRoleGrants(q: Queryable, viewer: Viewer): Promise<RoleGrant[]> {
  return q
    .select()
    .from(roleGrants)
    .where(visibleTo(viewer, roleGrants.tenantId, 'grantRoles'))
    .orderBy(roleGrants.subject, roleGrants.tenantId, roleGrants.role);
}

export type GrantInput = { subject: string; role: Role; tenantId: TenantId | null };

/** Granting what is granted already changes nothing. Throws Forbidden. */
export function grantRole(db: Db, viewer: Viewer, input: GrantInput): Promise<RoleGrant> {
  const { subject, role, tenantId } = input;
  const facts = { viewer, act: 'GRANT_ROLE' as const, tenantId, target: subject };
  return recordingRefusals(db, facts, () => {
    mustManage(viewer, tenantId);
    return inTransaction(db, async (tx) => {
      const [added] = await tx
        .insert(roleGrants)
        .values({ id: newId('grt'), ...input, grantedBy: viewer.actor, grantedAt: await databaseNow(tx) })
        .onConflictDoNothing()
        .returning();
      if (added) {
        await tellRightsChanged(tx);
        await audit(tx, { ...facts, details: { role } });
        return added;
      }
      const ofTenant = tenantId === null ? isNull(roleGrants.tenantId) : eq(roleGrants.tenantId, tenantId);
      const same = and(eq(roleGrants.subject, subject), eq(roleGrants.role, role), ofTenant);
      const [known] = await tx.select().from(roleGrants).where(same);
      if (!known) throw new Error(`The grant of ${role} to ${subject} was withdrawn while it was made.`);
      return known;
    });
  });
}

/** null: there is no such grant for this viewer. */
export function withdrawRole(db: Db, viewer: Viewer, id: GrantId): Promise<RoleGrant | null> {
  return inTransaction(db, async (tx) => {
    const [gone] = await tx
      .delete(roleGrants)
      .where(and(eq(roleGrants.id, id), visibleTo(viewer, roleGrants.tenantId, 'grantRoles')))
      .returning();
    if (!gone) return null;
    await tellRightsChanged(tx);
    const { tenantId, subject, role } = gone;
    await audit(tx, { viewer, act: 'WITHDRAW_ROLE', tenantId, target: subject, details: { role } });
    return gone;
  });
}

function mustManage(viewer: Viewer, tenantId: TenantId | null): void {
  if (mayEverywhere(viewer, 'grantRoles')) return;
  if (tenantId === null) mustBeAllowedEverywhere(viewer, 'grantRoles');
  else mustBeAllowed(viewer, 'grantRoles', tenantId);
}
