/** Who holds which role, for a tenant or for the fleet. */
import { and, eq, isNull } from 'drizzle-orm';
import { databaseNow, type Db, inTransaction, type Queryable, type Tx } from '../database/database.ts';
import { prepared } from '../database/prepared.ts';
import type { Actor } from '../events/actor.ts';
import { type GrantId, newId, type TenantId } from '../lib/ids.ts';
import { roleGrants } from './access.table.ts';
import { audit, recordingRefusals } from './audit.ts';
import { EVERY_TIME, type Once } from './once.ts';
import type { Role } from './permissions.ts';
import { isAnyOf } from './read-for.ts';
import { tellRightsChanged } from './rights.ts';
import {
  type Grants,
  may,
  mayEverywhere,
  mustBeAllowed,
  mustBeAllowedEverywhere,
  mustBeAllowedSomewhere,
  type Viewer,
} from './viewer.ts';
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
/** Fixed keys of the sandbox hold their one role by configuration, but may be somebody's approvers. */
export const isApprover = (text: string) => isSubject(text) || /^key\/[\w-]{1,60}$/.test(text);

export async function grantsOf(q: Queryable, subjects: readonly string[]): Promise<Grants> {
  const statement = prepared(q, ['grantsOf'], (name) =>
    q
      .select({ role: roleGrants.role, tenantId: roleGrants.tenantId })
      .from(roleGrants)
      .where(isAnyOf(roleGrants.subject, 'subjects'))
      .prepare(name),
  );
  return grantsFrom(await statement.execute({ subjects }));
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

/** Those of the tenants whose admin the viewer is; the fleet's too for an admin of the fleet. Throws Forbidden. */
export async function listRoleGrants(q: Queryable, viewer: Viewer): Promise<RoleGrant[]> {
  mustBeAllowedSomewhere(viewer, 'grantRoles');
  return q
    .select()
    .from(roleGrants)
    .where(visibleTo(viewer, roleGrants.tenantId, 'grantRoles'))
    .orderBy(roleGrants.subject, roleGrants.tenantId, roleGrants.role);
}

export type GrantInput = { subject: string; role: Role; tenantId: TenantId | null; once?: Once };

/** Granting what is granted already changes nothing. Throws Forbidden. */
export function grantRole(db: Db, viewer: Viewer, input: GrantInput): Promise<RoleGrant> {
  const { once = EVERY_TIME, ...grant } = input;
  const facts = { viewer, act: 'GRANT_ROLE' as const, tenantId: grant.tenantId, target: grant.subject };
  return recordingRefusals(db, facts, async () => {
    const check = () => Promise.resolve(mustManage(viewer, grant.tenantId));
    await check();
    return inTransaction(db, (tx) => once.run(tx, { check, act: () => addGrant(tx, viewer, grant) }));
  });
}

async function addGrant(
  tx: Tx,
  viewer: Viewer,
  { subject, role, tenantId }: Omit<GrantInput, 'once'>,
): Promise<RoleGrant> {
  const given = { subject, role, tenantId, grantedBy: viewer.actor, grantedAt: await databaseNow(tx) };
  const [added] = await tx
    .insert(roleGrants)
    .values({ id: newId('grt'), ...given })
    .onConflictDoNothing()
    .returning();
  if (added) {
    await tellRightsChanged(tx);
    await audit(tx, { viewer, act: 'GRANT_ROLE', tenantId, target: subject, details: { role } });
    return added;
  }
  const ofTenant = tenantId === null ? isNull(roleGrants.tenantId) : eq(roleGrants.tenantId, tenantId);
  const same = and(eq(roleGrants.subject, subject), eq(roleGrants.role, role), ofTenant);
  const [known] = await tx.select().from(roleGrants).where(same);
  if (!known) throw new Error(`The grant of ${role} to ${subject} was withdrawn while it was made.`);
  return known;
}

/** null: there is no such grant for this viewer. Throws Forbidden for whoever manages none. */
export async function withdrawRole(
  db: Db,
  viewer: Viewer,
  { id, once = EVERY_TIME }: { id: GrantId; once?: Once },
): Promise<RoleGrant | null> {
  const facts = { viewer, act: 'WITHDRAW_ROLE' as const, tenantId: null, target: id };
  const check = () => Promise.resolve(mustBeAllowedSomewhere(viewer, 'grantRoles'));
  const gone = await recordingRefusals(db, facts, async () => {
    await check();
    return inTransaction(db, (tx) => once.run(tx, { check, act: () => removeGrant(tx, viewer, id) }));
  });
  // Only the grant itself says for which tenant it was: what was withdrawn before is shown to those who still may.
  return gone && mayManage(viewer, gone.tenantId) ? gone : null;
}

async function removeGrant(tx: Tx, viewer: Viewer, id: GrantId): Promise<RoleGrant | null> {
  const [gone] = await tx
    .delete(roleGrants)
    .where(and(eq(roleGrants.id, id), visibleTo(viewer, roleGrants.tenantId, 'grantRoles')))
    .returning();
  if (!gone) return null;
  await tellRightsChanged(tx);
  const { tenantId, subject, role } = gone;
  await audit(tx, { viewer, act: 'WITHDRAW_ROLE', tenantId, target: subject, details: { role } });
  return gone;
}

const mayManage = (viewer: Viewer, tenantId: TenantId | null) =>
  mayEverywhere(viewer, 'grantRoles') || (tenantId !== null && may(viewer, 'grantRoles', tenantId));

function mustManage(viewer: Viewer, tenantId: TenantId | null): void {
  if (mayEverywhere(viewer, 'grantRoles')) return;
  if (tenantId === null) mustBeAllowedEverywhere(viewer, 'grantRoles');
  else mustBeAllowed(viewer, 'grantRoles', tenantId);
}
