import type { Actor } from '../events/actor.ts';
import type { TenantId } from '../lib/ids.ts';
import { permissions, type Permission, type Role } from './permissions.ts';

/** Who asks, and what they may. Every read and every operation takes one. */
export type Viewer = {
  actor: Actor;
  /** Who counts as one person when deciding: a person's own key counts as the person. */
  personId: string;
  roles: ReadonlySet<Role>;
  /** The tenants that the roles are for. */
  tenants: 'ALL' | ReadonlySet<TenantId>;
};

export class Forbidden extends Error {
  override readonly name = 'Forbidden';
  readonly permission: Permission;

  constructor(permission: Permission) {
    super(
      `You may not ${permissions[permission].says}. It takes the role ${permissions[permission].roles.join(' or ')}: ask an admin for it.`,
    );
    this.permission = permission;
  }
}

/** Whether the tenant exists for the viewer at all; what does not is answered like a random id. */
export function canSee(viewer: Viewer, tenantId: TenantId): boolean {
  return viewer.tenants === 'ALL' || viewer.tenants.has(tenantId);
}

export function may(viewer: Viewer, permission: Permission, tenantId: TenantId): boolean {
  return canSee(viewer, tenantId) && permissions[permission].roles.some((role) => viewer.roles.has(role));
}

export function mustBeAllowed(viewer: Viewer, permission: Permission, tenantId: TenantId): void {
  if (!may(viewer, permission, tenantId)) throw new Forbidden(permission);
}
