/** What callers may do, in the namespaces, tokens and bits of Azure DevOps' security. People here may do everything. */
import { forbidden } from './azure-error.ts';
import type { Call } from './http/router.ts';
import { identityId, type Identity } from './identity.ts';
import type { Definition, RepositoryRow, Tenant } from './model.ts';
import { worldChanged, type World } from './world.ts';

/** A right that an administrator took from every application. */
export type Denial = { namespace: string; token: string; bit: number };

const BUILD = '33344d9c-fc72-4d6f-aba5-fa317101a7e9';
const GIT = '2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87';
const HOOKS = 'cb594ebe-87dd-4fc9-ac2c-6a10a4c92046';

export const queueRight = ({ projectId, id }: Pick<Definition, 'projectId' | 'id'>): Denial => ({
  namespace: BUILD,
  token: `${projectId}/${id}`,
  bit: 128,
});
export const pushRight = ({ projectId, id }: Pick<RepositoryRow, 'projectId' | 'id'>): Denial => ({
  namespace: GIT,
  token: `repoV2/${projectId}/${id}`,
  bit: 4,
});
const readRight = (repository: Pick<RepositoryRow, 'projectId' | 'id'>): Denial => ({
  ...pushRight(repository),
  bit: 2,
});
const hooksRight = ({ projectId }: Tenant): Denial => ({
  namespace: HOOKS,
  token: `PublisherSecurity/${projectId}`,
  bit: 2,
});

export const DENIABLE = ['queue', 'contribute', 'read', 'hooks'] as const;
export type Deniable = (typeof DENIABLE)[number];

function rightOf(tenant: Tenant, right: Deniable): Denial {
  const { projectId } = tenant;
  const repository = { projectId, id: tenant.repositoryId };
  switch (right) {
    case 'queue':
      return queueRight({ projectId, id: tenant.definitionId });
    case 'contribute':
      return pushRight(repository);
    case 'read':
      return readRight(repository);
    case 'hooks':
      return hooksRight(tenant);
  }
}

const same = (one: Denial, other: Denial) =>
  one.namespace === other.namespace.toLowerCase() && one.token.toLowerCase() === other.token.toLowerCase();

export function isAllowed(world: World, who: Identity, wanted: Denial): boolean {
  const denials = who.kind === 'servicePrincipal' ? world.state.denials : [];
  return denials.every((denial) => !same(denial, wanted) || (denial.bit & wanted.bit) === 0);
}

export function mustBeAllowed({ world, caller }: Call, wanted: Denial, what: string): void {
  if (isAllowed(world, caller.identity, wanted)) return;
  throw forbidden(
    `Access denied. ${caller.identity.displayName} needs ${what} permissions to perform this action. For more information, contact the Azure DevOps Server administrator.`,
    'AccessDeniedException',
  );
}

/** An administrator takes a right from applications, or gives it back. */
export function deny(world: World, tenant: Tenant, change: { right: Deniable; isDenied: boolean }): void {
  const denial = rightOf(tenant, change.right);
  const others = world.state.denials.filter((one) => !same(one, denial) || one.bit !== denial.bit);
  world.state.denials = change.isDenied ? [...others, denial] : others;
  worldChanged(world);
}

/** Somebody leaves the organisation, or a group is deleted. */
export function removeIdentity(world: World, displayName: string): void {
  world.state.removedIdentityIds.push(identityId(displayName));
  worldChanged(world);
}
