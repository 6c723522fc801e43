import { expect, test } from 'vitest';
import type { Tenant } from '../../src/tenants/tenant.ts';
import { type ActionFacts, refusalFor, type SyncAction } from '../../src/sync-runs/actions.ts';
import {
  approval,
  as,
  challenge,
  decision,
  EARLIER,
  facts,
  NOW,
  run,
  tenant,
  waiting,
} from './action-facts.ts';

const gateCheck = {
  approvers: [{ id: 'a', displayName: 'Ada', isGroup: false }],
  minRequired: 1,
  order: 'ANY',
  selfApprovalAllowed: true,
  timeoutMinutes: 60,
  service: 'LISTED',
} as const satisfies Tenant['gateCheck'];

const CASES: [what: string, action: SyncAction, facts: ActionFacts, answer: string | null][] = [
  ['A tenant that was never synced can be synced', 'START_SYNC', facts(), null],
  ['Nothing else can be done with it', 'CANCEL', facts(), 'WRONG_STATUS'],
  [
    'A removed tenant cannot be synced',
    'START_SYNC',
    facts({ tenant: { ...tenant, removedAt: NOW } }),
    'WRONG_STATUS',
  ],
  [
    'A missing gate keeps syncs from starting',
    'START_SYNC',
    facts({ tenant: { ...tenant, gate: 'MISSING' } }),
    'GATE_MISSING',
  ],
  [
    'A gate that is not required does not',
    'START_SYNC',
    facts({ tenant: { ...tenant, gate: 'NOT_REQUIRED' } }),
    null,
  ],
  [
    'An unfinished revert does',
    'START_SYNC',
    facts({ tenantHasUnfinishedRevert: true }),
    'REVERT_UNFINISHED',
  ],
  [
    'A backup-only tenant is never synced in full',
    'START_SYNC',
    facts({ tenant: { ...tenant, isBackupOnly: true }, mode: 'FULL' }),
    'BACKUP_ONLY',
  ],
  [
    'It is backed up',
    'START_SYNC',
    facts({ tenant: { ...tenant, isBackupOnly: true }, mode: 'BACKUP_ONLY' }),
    null,
  ],
  [
    'An older open run does not keep a newer one from starting',
    'START_SYNC',
    facts({ run: waiting(), latestRun: run({ status: 'COMPLETED' }) }),
    null,
  ],
  [
    'A scheduled run is not cancelled',
    'CANCEL',
    facts({ run: run({ trigger: 'SCHEDULED' }) }),
    'SCHEDULED_RUN',
  ],
  ['Nor one of unknown origin', 'CANCEL', facts({ run: run({ trigger: 'UNKNOWN' }) }), 'SCHEDULED_RUN'],
  ['An admin forces it', 'CANCEL', facts({ run: run({ trigger: 'SCHEDULED' }), isForced: true }), null],
  [
    'An operator cannot',
    'CANCEL',
    facts({ run: run({ trigger: 'SCHEDULED' }), isForced: true, viewer: as('OPERATOR') }),
    'NOT_PERMITTED',
  ],
  ['A deploying run is not cancelled', 'CANCEL', facts({ run: run({ deployBegan: true }) }), 'DEPLOYING'],
  ['An admin forces that too', 'CANCEL', facts({ run: run({ deployBegan: true }), isForced: true }), null],
  [
    'Nobody forces a run that waits for a decision',
    'CANCEL',
    facts({ run: waiting(), isForced: true }),
    'WRONG_STATUS',
  ],
  [
    'A superseded run is not approved',
    'APPROVE',
    facts({ run: waiting({ isSuperseded: true }) }),
    'SUPERSEDED',
  ],
  ['An admin forces it', 'APPROVE', facts({ run: waiting({ isSuperseded: true }), isForced: true }), null],
  ['It can be rejected', 'REJECT', facts({ run: waiting({ isSuperseded: true }) }), null],
  [
    'One who decided does not decide again',
    'REJECT',
    facts({ run: waiting(), decisions: [decision('key/me')] }),
    'ALREADY_DECIDED',
  ],
  [
    'One who failed to may',
    'APPROVE',
    facts({ run: waiting(), decisions: [decision('key/me', 'APPROVE', { state: 'FAILED' })] }),
    null,
  ],
  [
    'One approval of two is not final',
    'APPROVE',
    facts({ run: waiting(), decisions: [decision('key/other')] }),
    null,
  ],
  [
    'Two are',
    'APPROVE',
    facts({ run: waiting(), decisions: [decision('key/a'), decision('key/b')] }),
    'ALREADY_DECIDED',
  ],
  [
    'The same person twice is one',
    'APPROVE',
    facts({ run: waiting(), decisions: [decision('key/a'), decision('key/a')] }),
    null,
  ],
  [
    'One rejection ends it',
    'APPROVE',
    facts({ run: waiting(), decisions: [decision('key/a', 'REJECT')] }),
    'ALREADY_DECIDED',
  ],
  [
    'Decisions on an earlier gate do not count',
    'APPROVE',
    facts({ run: waiting(), decisions: [decision('key/me', 'APPROVE', { approvalId: 'gate-0' })] }),
    null,
  ],
  [
    'After its time a gate is not answered',
    'APPROVE',
    facts({ run: waiting({ approval: { ...approval, expiresAt: EARLIER.toISOString() } }) }),
    'EXPIRED',
  ],
  [
    'Nor after the run ended for it',
    'REJECT',
    facts({ run: run({ status: 'COMPLETED', outcome: 'APPROVAL_EXPIRED' }) }),
    'EXPIRED',
  ],
  [
    'A decided run says so when it has ended',
    'APPROVE',
    facts({ run: run({ status: 'COMPLETED' }), decisions: [decision('key/a')] }),
    'ALREADY_DECIDED',
  ],
  [
    'Changes that were not read are not decided',
    'APPROVE',
    facts({ run: waiting(), hasChangeSet: false }),
    'WRONG_STATUS',
  ],
  [
    'Whoever asked for the sync does not decide it where the gate forbids it',
    'APPROVE',
    facts({
      run: waiting({ approval: { ...approval, selfApprovalAllowed: false }, requestedBy: as().actor }),
    }),
    'FOUR_EYES',
  ],
  [
    'A gate that does not list the service is not answered by it',
    'APPROVE',
    facts({ run: waiting(), tenant: { ...tenant, gateCheck: { ...gateCheck, service: 'NOT_LISTED' } } }),
    'NOT_AN_APPROVER',
  ],
  [
    'But a person with a token of their own may answer it',
    'APPROVE',
    facts({
      run: waiting(),
      tenant: { ...tenant, gateCheck: { ...gateCheck, service: 'NOT_LISTED' } },
      viewer: { ...as('ADMIN'), callerToken: 'a token' },
    }),
    null,
  ],
  [
    'A group of approvers may hold the service, which Azure DevOps will say',
    'APPROVE',
    facts({ run: waiting(), tenant: { ...tenant, gateCheck: { ...gateCheck, service: 'UNKNOWN' } } }),
    null,
  ],
  [
    'A code that ran out can be restarted',
    'RESTART_AUTHENTICATION',
    facts({
      run: run({ status: 'PENDING_AUTHENTICATION' }),
      challenge: { ...challenge, expiresAt: EARLIER },
    }),
    null,
  ],
  [
    'But not used',
    'AUTHENTICATE',
    facts({
      run: run({ status: 'PENDING_AUTHENTICATION' }),
      challenge: { ...challenge, expiresAt: EARLIER },
    }),
    'EXPIRED',
  ],
  [
    'Nor one that was declined',
    'AUTHENTICATE',
    facts({
      run: run({ status: 'PENDING_AUTHENTICATION' }),
      challenge: { ...challenge, status: 'DECLINED' },
    }),
    'EXPIRED',
  ],
  [
    'After the window nothing is restarted',
    'RESTART_AUTHENTICATION',
    facts({ run: run({ status: 'PENDING_AUTHENTICATION' }), challenge: { ...challenge, windowEndsAt: NOW } }),
    'EXPIRED',
  ],
  [
    'A conflicting revert is retried',
    'RETRY_REVERT',
    facts({ run: run({ status: 'COMPLETED' }), revert: { isUnfinished: false, needsAttention: true } }),
    null,
  ],
  [
    'A running one is not',
    'RETRY_REVERT',
    facts({ run: run({ status: 'COMPLETED' }), revert: { isUnfinished: true, needsAttention: false } }),
    'REVERT_UNFINISHED',
  ],
  [
    'A run that never reached Azure DevOps has no logs',
    'DOWNLOAD_LOGS',
    facts({ run: run({ buildId: null }) }),
    'WRONG_STATUS',
  ],
];

test.each(CASES)('%s: %s', (_what, action, given, answer) => {
  const refusal = refusalFor(action, given);
  expect(refusal?.reason ?? null).toBe(answer);
  if (refusal) expect(refusal.message.length).toBeGreaterThan(20);
});
