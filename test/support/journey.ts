/** A user's steps through the API, and the waiting in between. */
import { get, type Role } from './client.ts';
import { waitFor } from './wait-for.ts';

export type RunView = {
  id: string;
  status: string;
  outcome: string | null;
  trigger: string;
  canceledBy: string | null;
  isSuperseded: boolean;
  error: {
    code: string;
    message: string;
    stage: string | null;
    jobUrl: string | null;
    isPartial: boolean;
  } | null;
  authentication: { userCode: string | null; verificationUri: string; expiresAt: string } | null;
  logsUrl: string | null;
  revert: { status: string; commit: string | null; conflictingPaths: string[] } | null;
  decisions: {
    verdict: string;
    state: string;
    via: string;
    digest: string | null;
    comment: string | null;
    by: { displayName: string };
  }[];
  changeSet: ChangeSetView | null;
};
export type ChangeSetView = {
  id: string;
  digest: string;
  changes: { nodes: ChangeView[] };
};
export type ChangeView = {
  kind: string;
  configurationType: string;
  displayName: string;
  path: string;
  result: { status: string } | null;
  properties: { path: string; before: unknown; after: unknown; isSensitive: boolean }[];
};
export type TenantView = {
  id: string;
  name: string;
  status: string;
  statusLabel: string;
  version: number;
  actions: { action: string; allowed: boolean; reason: string | null }[];
  latestRun: RunView | null;
};

const TENANT = /* GraphQL */ `
  query Tenant($name: String!, $organization: String!, $project: String!) {
    tenantByName(name: $name, organization: $organization, project: $project) {
      id
      name
      status
      statusLabel
      version
      actions {
        action
        allowed
        reason
      }
      latestRun {
        id
        status
        outcome
        trigger
        canceledBy
        isSuperseded
        logsUrl
        error {
          code
          message
          stage
          jobUrl
          isPartial
        }
        authentication {
          userCode
          verificationUri
          expiresAt
        }
        revert {
          status
          commit
          conflictingPaths
        }
        decisions {
          verdict
          state
          via
          digest
          comment
          by {
            displayName
          }
        }
        changeSet {
          id
          digest
          changes(first: 100) {
            nodes {
              kind
              configurationType
              displayName
              path
              result {
                status
              }
              properties {
                path
                before
                after
                isSensitive
              }
            }
          }
        }
      }
    }
  }
`;

export type Place = { url: string; organization: string; project: string };

/** The tenant as the API shows it now; null while it has not been discovered. */
export async function readTenant(place: Place, name: string): Promise<TenantView | null> {
  const { url, organization, project } = place;
  const { tenantByName } = await get<{ tenantByName: TenantView | null }>(url, TENANT, {
    variables: { name, organization, project },
  });
  return tenantByName;
}

export async function untilTenant(
  place: Place,
  name: string,
  what: string,
  fits: (tenant: TenantView) => boolean,
): Promise<TenantView> {
  let last: TenantView | null = null;
  return waitFor(
    () => `${name} ${what}; it is ${JSON.stringify(last && { status: last.status, run: last.latestRun })}`,
    async () => {
      last = await readTenant(place, name);
      return last && fits(last) ? last : null;
    },
    { withinMs: 20_000 },
  );
}

export const untilStatus = (place: Place, name: string, status: string) =>
  untilTenant(place, name, `is ${status}`, (tenant) => tenant.status === status);

export type Result = {
  __typename: string;
  message?: string;
  code?: string;
  reason?: string;
  id?: string;
  state?: string;
  verdict?: string;
  status?: string;
  run?: { id: string };
  changeSet?: { digest: string };
  decision?: { verdict: string; by: { displayName: string } };
};

const REFUSALS = /* GraphQL */ `
  ... on Refusal { code message }
  ... on ActionRefused { reason }
  ... on SyncAlreadyOpen { run { id } }
`;

export async function startSync(
  place: Place,
  tenantId: string,
  more: object = {},
  as: Role = 'operator',
): Promise<Result> {
  const query = `mutation ($input: StartSyncInput!) {
    startSync(input: $input) { __typename ... on SyncRun { id status } ${REFUSALS} }
  }`;
  const { startSync: result } = await get<{ startSync: Result }>(place.url, query, {
    variables: { input: { tenantId, ...more } },
    as,
  });
  return result;
}

export async function cancelSync(
  place: Place,
  syncRunId: string,
  more: object = {},
  as: Role = 'operator',
): Promise<Result> {
  const query = `mutation ($input: CancelSyncInput!) {
    cancelSync(input: $input) { __typename ... on SyncRun { id status } ... on Refusal { code message } ... on ActionRefused { reason } }
  }`;
  const { cancelSync: result } = await get<{ cancelSync: Result }>(place.url, query, {
    variables: { input: { syncRunId, ...more } },
    as,
  });
  return result;
}

export type DecisionField = 'approveChangeSet' | 'rejectChangeSet' | 'rejectAndRevertChangeSet';

export async function decide(
  place: Place,
  field: DecisionField,
  changeSet: { id: string; digest: string },
  more: { comment?: string; as?: Role } = {},
): Promise<Result> {
  const type = field === 'approveChangeSet' ? 'ApproveChangeSetInput' : 'RejectChangeSetInput';
  const query = `mutation ($input: ${type}!) {
    ${field}(input: $input) {
      __typename
      ... on Decision { id state verdict }
      ... on Refusal { code message }
      ... on ActionRefused { reason }
      ... on DigestDiffers { changeSet { digest } }
      ... on AlreadyDecided { decision { verdict by { displayName } } }
    }
  }`;
  const { as = 'approver', ...rest } = more;
  const input = { changeSetId: changeSet.id, digest: changeSet.digest, ...rest };
  const answer = await get<Record<string, Result>>(place.url, query, { variables: { input }, as });
  const result = answer[field];
  if (!result) throw new Error(`${field} answered nothing.`);
  return result;
}

export const changeSetOf = (tenant: TenantView): ChangeSetView => {
  const changeSet = tenant.latestRun?.changeSet;
  if (!changeSet) throw new Error(`${tenant.name} has no change set.`);
  return changeSet;
};

export const runOf = (tenant: TenantView): RunView => {
  if (!tenant.latestRun) throw new Error(`${tenant.name} was never synced.`);
  return tenant.latestRun;
};
