import { guidOf } from './guid.ts';

/** Whoever acts in Azure DevOps. */
export type Identity = {
  id: string;
  displayName: string;
  uniqueName: string;
  kind: 'user' | 'group' | 'servicePrincipal' | 'service';
};

const PREFIXES = { user: 'aad', group: 'vssgp', servicePrincipal: 'aadsp', service: 'svc' } as const;

/** Of a person or a group. */
export const identityId = (displayName: string): string => guidOf('identity', displayName);

/** People and groups are known by their display name: that is all that a blueprint says of them. */
export function personNamed(displayName: string): Identity {
  const account = displayName.toLowerCase().replace(/[^a-z0-9]+/g, '.');
  return {
    id: identityId(displayName),
    displayName,
    uniqueName: `${account}@sandbox.example`,
    kind: 'user',
  };
}

export function groupNamed(displayName: string): Identity {
  return {
    id: identityId(displayName),
    displayName,
    uniqueName: `[Sandbox]\\${displayName}`,
    kind: 'group',
  };
}

export function servicePrincipal(displayName: string, objectId: string): Identity {
  return {
    id: guidOf('identity', 'servicePrincipal', objectId),
    displayName,
    uniqueName: objectId,
    kind: 'servicePrincipal',
  };
}

const service = (displayName: string): Identity => ({
  id: guidOf('identity', 'service', displayName),
  displayName,
  uniqueName: displayName,
  kind: 'service',
});

/** The identity under which Azure DevOps itself acts: schedules, and the end of a run. */
export const AZURE_DEVOPS = service('Microsoft.VisualStudio.Services.TFS');
/** The identity of a pipeline's job. */
export const buildService = (project: string): Identity => service(`${project} Build Service`);

/** `IdentityRef` on the wire. */
export function identityRef(identity: Identity, organizationUrl: string) {
  const descriptor = `${PREFIXES[identity.kind]}.${Buffer.from(identity.id).toString('base64url')}`;
  const imageUrl = `${organizationUrl}/_apis/GraphProfile/MemberAvatars/${descriptor}`;
  return {
    displayName: identity.displayName,
    url: `${organizationUrl}/_apis/Identities/${identity.id}`,
    _links: { avatar: { href: imageUrl } },
    id: identity.id,
    uniqueName: identity.uniqueName,
    imageUrl,
    descriptor,
    ...(identity.kind === 'group' ? { isContainer: true } : {}),
  };
}
