import type { Actor } from '../events/actor.ts';
import type { TenantId } from '../lib/ids.ts';
import { type Permission, permissions, type Role } from './permissions.ts';

/** The roles that somebody holds: for the whole fleet, and for single tenants. What is not here is denied. */
export type Grants = {
  fleet: ReadonlySet<Role>;
  byTenant: ReadonlyMap<TenantId, ReadonlySet<Role>>;
};

/** Who asks, and what they may. Every read and every operation takes one. */
export type Viewer = {
  actor: Actor;
  /** Who counts as one person when deciding: a person's own key counts as the person. */
  personId: string;
  /** A script or an application: it never counts as the second pair of eyes. */
  isMachine: boolean;
  grants: Grants;
  /** `group/tid/group` of Entra ID that the token lists; absent: none. */
  groups?: readonly string[];
  /** When the key or token ends; streams end with it. null: never. */
  expiresAt: Date | null;
  /** A person's own token of Entra ID, to act as the person in Azure DevOps. A secret. */
  callerToken?: string;
};

/**
 * The program's own work, which is nobody's question: only named rooms read so, and what they read goes to no caller
 * except through a read with a viewer.
 */
export type OwnWork = { ownWork: 'POLLER' | 'JOBS' | 'SIGN_IN' | 'PIPELINE' | 'WEB_HOOKS' };
export const OWN_WORK = {
  poller: { ownWork: 'POLLER' },
  jobs: { ownWork: 'JOBS' },
  signIn: { ownWork: 'SIGN_IN' },
  pipeline: { ownWork: 'PIPELINE' },
  webHooks: { ownWork: 'WEB_HOOKS' },
} as const satisfies Record<string, OwnWork>;

/** For whom something is read. There is no reading without one. */
export type Scope = Viewer | OwnWork;

export class Forbidden extends Error {
  override readonly name = 'Forbidden';
  readonly permission: Permission;
  /** null: it is about no tenant, or about one that does not exist for the viewer. */
  readonly tenantId: TenantId | null;

  /** `says`: instead of which roles it takes. */
  constructor(permission: Permission, { tenantId, says }: { tenantId?: TenantId; says?: string } = {}) {
    super(
      says ??
        `You may not ${permissions[permission].says}. It takes the role ${permissions[permission].roles.join(' or ')}: ask an admin for it.`,
    );
    this.permission = permission;
    this.tenantId = tenantId ?? null;
  }
}

/** By which names grants and policies know the viewer: a person's own key counts as the person. */
export function subjectsOf({ actor, personId, groups = [] }: Viewer): readonly string[] {
  const prefix = { PERSON: 'person/', APPLICATION: 'application/' };
  const own = actor.kind in prefix ? prefix[actor.kind as keyof typeof prefix] + personId : personId;
  return [own, ...groups];
}

export const NO_GRANTS: Grants = { fleet: new Set(), byTenant: new Map() };

const holds = (roles: ReadonlySet<Role> | undefined, permission: Permission) =>
  roles !== undefined && permissions[permission].roles.some((role) => roles.has(role));

/** For every tenant, those to come included. */
export function mayEverywhere({ grants }: Viewer, permission: Permission): boolean {
  return holds(grants.fleet, permission);
}

export function may(viewer: Viewer, permission: Permission, tenantId: TenantId): boolean {
  return mayEverywhere(viewer, permission) || holds(viewer.grants.byTenant.get(tenantId), permission);
}

/** Whether the tenant exists for the viewer at all; what does not is answered like a random id. */
export function canSee(viewer: Viewer, tenantId: TenantId): boolean {
  return may(viewer, 'readTenants', tenantId);
}

export function mustBeAllowed(viewer: Viewer, permission: Permission, tenantId: TenantId): void {
  if (!may(viewer, permission, tenantId)) throw new Forbidden(permission, { tenantId });
}

export function mustBeAllowedEverywhere(viewer: Viewer, permission: Permission): void {
  if (!mayEverywhere(viewer, permission)) throw new Forbidden(permission);
}

/** Whoever has the permission for nothing is told so, instead of being shown an empty list. */
export function mustBeAllowedSomewhere(viewer: Viewer, permission: Permission): void {
  const tenants = tenantsWith(viewer, permission);
  if (tenants !== 'ALL' && tenants.size === 0) throw new Forbidden(permission);
}

/** The tenants for which the viewer has the permission. */
export function tenantsWith(viewer: Viewer, permission: Permission): 'ALL' | ReadonlySet<TenantId> {
  if (mayEverywhere(viewer, permission)) return 'ALL';
  const held = [...viewer.grants.byTenant].filter(([, roles]) => holds(roles, permission));
  return new Set(held.map(([tenantId]) => tenantId));
}

/** Whether every right of `before` is still held in `now`. */
export function keepsAll(before: Grants, now: Grants): boolean {
  const kept = (tenantId: TenantId, role: Role) =>
    now.fleet.has(role) || now.byTenant.get(tenantId)?.has(role) === true;
  return (
    [...before.fleet].every((role) => now.fleet.has(role)) &&
    [...before.byTenant].every(([tenantId, roles]) => [...roles].every((role) => kept(tenantId, role)))
  );
}
