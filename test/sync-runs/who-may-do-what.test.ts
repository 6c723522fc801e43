import { describe, expect, test } from 'vitest';
import { type Permission, permissions, type Role, ROLES } from '../../src/access/permissions.ts';
import type { Viewer } from '../../src/access/viewer.ts';
import { newId } from '../../src/lib/ids.ts';
import { type ActionFacts, refusalFor, SYNC_ACTIONS, type SyncAction } from '../../src/sync-runs/actions.ts';
import { approval, as, challenge, facts, run, tenant, waiting } from './action-facts.ts';

/** Written down once more, so that a slip in the rules shows. */
const NEEDS: Record<SyncAction, Permission> = {
  START_SYNC: 'startSync',
  CANCEL: 'cancelSync',
  OPEN_IN_AZURE_DEVOPS: 'readTenants',
  VIEW_JOB: 'readTenants',
  DOWNLOAD_LOGS: 'readLogs',
  DOWNLOAD_ARTIFACTS: 'readLogs',
  AUTHENTICATE: 'authenticate',
  RESTART_AUTHENTICATION: 'authenticate',
  REVIEW: 'readTenants',
  APPROVE: 'decide',
  REJECT: 'decide',
  REJECT_AND_REVERT: 'revert',
  RETRY_REVERT: 'revert',
};
const MAY: Record<Role, readonly Permission[]> = {
  VIEWER: ['readTenants'],
  OPERATOR: ['readTenants', 'startSync', 'cancelSync', 'authenticate', 'readLogs'],
  APPROVER: ['readTenants', 'readLogs', 'decide', 'revert'],
  ADMIN: [
    ...['readTenants', 'startSync', 'cancelSync', 'authenticate', 'readLogs', 'decide', 'revert'],
    ...['force', 'setPolicy', 'grantRoles', 'manageKeys', 'manageWebHooks', 'readAudit'],
  ] as Permission[],
};

const error = { jobUrl: 'https://dev.azure.com/job' } as NonNullable<ActionFacts['run']>['error'];
/** A situation in which nothing but the viewer could stand in the action's way. */
const POSSIBLE: Record<SyncAction, Partial<ActionFacts>> = {
  START_SYNC: {},
  CANCEL: { run: run({}) },
  OPEN_IN_AZURE_DEVOPS: { run: run({}) },
  VIEW_JOB: { run: run({ error }) },
  DOWNLOAD_LOGS: { run: run({}) },
  DOWNLOAD_ARTIFACTS: { run: run({}) },
  AUTHENTICATE: { run: run({ status: 'PENDING_AUTHENTICATION' }), challenge },
  RESTART_AUTHENTICATION: { run: run({ status: 'PENDING_AUTHENTICATION' }), challenge },
  REVIEW: { run: run({}) },
  APPROVE: { run: waiting() },
  REJECT: { run: waiting() },
  REJECT_AND_REVERT: { run: waiting() },
  RETRY_REVERT: { run: run({}), revert: { isUnfinished: false, needsAttention: true } },
};
const DECISIONS: readonly SyncAction[] = ['APPROVE', 'REJECT', 'REJECT_AND_REVERT'];

const me = { kind: 'PERSON' as const, id: 'tid/me', displayName: 'Me' };
const person = (role: Role): Viewer => ({ ...as(role), actor: me, personId: me.id, groups: [GROUP] });
/** A person's own key counts as the person. */
const WHO: Record<string, (role: Role) => Viewer> = {
  'a person': person,
  'a person with a token of Entra ID': (role) => ({ ...person(role), callerToken: 'a token' }),
  "a person's own key": (role) => ({ ...person(role), actor: { ...me, displayName: 'key of mine' } }),
  'a script': (role) => ({ ...as(role), isMachine: true, groups: [GROUP] }),
};
const GROUP = 'group/tid/reviewers';
/** Whom a tenant's policy lists as approvers, and whether that lets the viewer decide. */
const APPROVERS: { says: string; of: (viewer: Viewer) => string[]; lets: boolean }[] = [
  { says: 'nobody', of: () => [], lets: true },
  { says: 'the viewer', of: (viewer) => ['person/tid/other', subjectOf(viewer)], lets: true },
  { says: 'a group of the viewer', of: () => [GROUP], lets: true },
  { says: 'somebody else', of: () => ['person/tid/other', 'key/other', 'group/tid/other'], lets: false },
];
const subjectOf = ({ isMachine, personId }: Viewer) => (isMachine ? personId : `person/${personId}`);

const POLICIES = [true, false].flatMap((fourEyes) =>
  [true, false].flatMap((selfApprovalAllowed) =>
    [true, false].flatMap((isRequester) =>
      APPROVERS.map((approvers) => ({ fourEyes, selfApprovalAllowed, isRequester, approvers })),
    ),
  ),
);

test('The permissions of each role are those written down here', () => {
  for (const role of ROLES) {
    const held = Object.entries(permissions).filter(([, { roles }]) => roles.some((one) => one === role));
    expect(new Set(held.map(([name]) => name)), role).toEqual(new Set(MAY[role]));
  }
});

describe.each(ROLES)('%s', (role) => {
  test.each(SYNC_ACTIONS)('%s, by everyone and under every policy', (action) => {
    for (const [who, viewerOf] of Object.entries(WHO)) {
      for (const policy of POLICIES) {
        const refusal = refusalFor(action, situation(action, viewerOf(role), policy));
        const expected = expectedReason(role, action, {
          ...policy,
          ...{ isScript: who === 'a script', hasToken: who.includes('a token') },
        });
        expect(
          refusal?.reason ?? null,
          `${who} ${JSON.stringify({ ...policy, approvers: policy.approvers.says })}`,
        ).toBe(expected);
      }
    }
  });

  test.each(SYNC_ACTIONS)('%s is for the tenants of the role only', (action) => {
    const grantedFor = (id: typeof tenant.id): Viewer => ({
      ...person(role),
      grants: { fleet: new Set(), byTenant: new Map([[id, new Set([role])]]) },
    });
    const own = refusalFor(action, facts({ ...POSSIBLE[action], viewer: grantedFor(tenant.id) }));
    expect(own?.reason ?? null).toBe(MAY[role].includes(NEEDS[action]) ? null : 'NOT_PERMITTED');
    const foreign = refusalFor(action, facts({ ...POSSIBLE[action], viewer: grantedFor(newId('ten')) }));
    expect(foreign?.reason).toBe('NOT_PERMITTED');
  });
});

type Policy = (typeof POLICIES)[number];

function situation(action: SyncAction, viewer: Viewer, policy: Policy): ActionFacts {
  const { fourEyes, approvers } = policy;
  const possible = facts({
    ...POSSIBLE[action],
    viewer,
    tenant: { ...tenant, fourEyes, approvers: approvers.of(viewer) },
  });
  if (!possible.run) return possible;
  const requestedBy = policy.isRequester ? viewer.actor : { ...me, id: 'tid/somebody-else' };
  const gate = { ...approval, selfApprovalAllowed: policy.selfApprovalAllowed };
  return { ...possible, run: { ...possible.run, requestedBy, approval: possible.run.approval && gate } };
}

function expectedReason(
  role: Role,
  action: SyncAction,
  policy: Policy & { isScript: boolean; hasToken: boolean },
): string | null {
  const { fourEyes, selfApprovalAllowed, isRequester, approvers, isScript, hasToken } = policy;
  if (!MAY[role].includes(NEEDS[action])) return 'NOT_PERMITTED';
  if (!DECISIONS.includes(action)) return null;
  if (!approvers.lets) return 'NOT_AN_APPROVER';
  if (fourEyes && (isScript || isRequester)) return 'FOUR_EYES';
  if (selfApprovalAllowed) return null;
  if (isRequester) return 'FOUR_EYES';
  // The service started the run, and may not answer its own.
  return hasToken ? null : 'NOT_AN_APPROVER';
}
