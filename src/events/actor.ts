/** Who did something: a person, a script's key, an application, this service, or Azure DevOps itself. */
export const ACTOR_KINDS = ['PERSON', 'API_KEY', 'APPLICATION', 'SERVICE', 'AZURE_DEVOPS'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

/** `id` is stable and never a mail address: `tid/oid` for a person or an application, the key's id, an Azure DevOps identity id. */
export type Actor = { kind: ActorKind; id: string; displayName: string };

export const SERVICE_ACTOR: Actor = { kind: 'SERVICE', id: 'tenant-sync', displayName: 'tenant-sync' };
