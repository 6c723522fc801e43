/**
 * Pure: which action is possible, and why not. The status menu and the operations both ask here, so what the menu
 * offers is what the operation does.
 */
import type { Permission } from '../access/permissions.ts';
import { may, type Viewer } from '../access/viewer.ts';
import type { SyncMode } from '../pipeline/contract.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { Challenge } from './challenge.ts';
import {
  cancelRefusal,
  codeRefusal,
  downloadRefusal,
  forces,
  refuse,
  retryRevertRefusal,
  signInRefusal,
  startRefusal,
} from './action-rules.ts';
import { approveRefusal, decisionRefusal } from './decision-rules.ts';
import type { ActionRefusalReason } from './refusals.ts';
import type { SyncRun } from './sync-run.ts';

/** The entries of the status menu. */
export const SYNC_ACTIONS = [
  'START_SYNC',
  'CANCEL',
  'OPEN_IN_AZURE_DEVOPS',
  'VIEW_JOB',
  'DOWNLOAD_LOGS',
  'DOWNLOAD_ARTIFACTS',
  'AUTHENTICATE',
  'RESTART_AUTHENTICATION',
  'REVIEW',
  'APPROVE',
  'REJECT',
  'REJECT_AND_REVERT',
  'RETRY_REVERT',
] as const;
export type SyncAction = (typeof SYNC_ACTIONS)[number];

/** One decision, as far as it keeps others from deciding. */
export type DecisionFacts = {
  approvalId: string;
  personId: string;
  verdict: 'APPROVE' | 'REJECT' | 'REJECT_AND_REVERT';
  state: 'SENDING' | 'SETTLED' | 'FAILED';
};

/** Everything that the rules look at. */
export type ActionFacts = {
  viewer: Viewer;
  tenant: Tenant;
  /** The run that the action is about; in a tenant's menu its newest one. null: there is none. */
  run: SyncRun | null;
  /** The tenant's newest run: a sync is started only when it has ended. */
  latestRun: SyncRun | null;
  /** Whether the run has a change set to review. */
  hasChangeSet: boolean;
  /** Of the run, in any order. */
  decisions: readonly DecisionFacts[];
  /** Of the run. */
  revert: { isUnfinished: boolean; needsAttention: boolean } | null;
  /** A revert of any run of the tenant is queued, running or waiting in a pull request. */
  tenantHasUnfinishedRevert: boolean;
  /** The run's newest. */
  challenge: Pick<Challenge, 'status' | 'verificationUri' | 'expiresAt' | 'windowEndsAt'> | null;
  /** Of the sync to start; absent: the mode is not chosen yet. */
  mode?: SyncMode;
  /** An admin insists: counts only with the permission to force. */
  isForced?: boolean;
  /** The database's clock. */
  now: Date;
};

export type ActionRefusal = { reason: ActionRefusalReason; message: string };

type Rule = { permission: Permission; refusal: (facts: ActionFacts) => ActionRefusal | null };
type RunRule = (facts: ActionFacts, run: SyncRun) => ActionRefusal | null;

const aboutRun = (permission: Permission, refusal: RunRule): Rule => ({
  permission,
  refusal: (facts) =>
    facts.run
      ? refusal(facts, facts.run)
      : refuse('WRONG_STATUS', 'The tenant was never synced: start a sync first.'),
});

const rules: Record<SyncAction, Rule> = {
  START_SYNC: { permission: 'startSync', refusal: startRefusal },
  CANCEL: aboutRun('cancelSync', cancelRefusal),
  OPEN_IN_AZURE_DEVOPS: aboutRun('readTenants', (_facts, run) =>
    run.webUrl
      ? null
      : refuse(
          'WRONG_STATUS',
          'Azure DevOps has not given the run an address yet. Look again in a few seconds.',
        ),
  ),
  VIEW_JOB: aboutRun('readTenants', (_facts, run) =>
    run.error && (run.error.jobUrl ?? run.webUrl)
      ? null
      : refuse('WRONG_STATUS', 'No job of this run has failed.'),
  ),
  DOWNLOAD_LOGS: aboutRun('readLogs', (_facts, run) => downloadRefusal(run)),
  DOWNLOAD_ARTIFACTS: aboutRun('readLogs', (_facts, run) => downloadRefusal(run)),
  AUTHENTICATE: aboutRun('authenticate', (facts, run) => signInRefusal(facts, run) ?? codeRefusal(facts)),
  RESTART_AUTHENTICATION: aboutRun('authenticate', signInRefusal),
  REVIEW: aboutRun('readTenants', (facts) =>
    facts.hasChangeSet
      ? null
      : refuse(
          'WRONG_STATUS',
          'The run has no change set: nothing was previewed yet, or nothing needs to change.',
        ),
  ),
  APPROVE: aboutRun('decide', approveRefusal),
  REJECT: aboutRun('decide', decisionRefusal),
  REJECT_AND_REVERT: aboutRun('revert', decisionRefusal),
  RETRY_REVERT: aboutRun('revert', retryRevertRefusal),
};

/** Why the action is not possible now for this viewer; null when it is. Says NOT_PERMITTED before anything else. */
export function refusalFor(action: SyncAction, facts: ActionFacts): ActionRefusal | null {
  const rule = rules[action];
  if (!may(facts.viewer, rule.permission, facts.tenant.id)) {
    return refuse('NOT_PERMITTED', 'Your role does not allow this. Ask an admin for it.');
  }
  if (facts.isForced && !forces(facts)) return refuse('NOT_PERMITTED', 'Only an admin may force an action.');
  return rule.refusal(facts);
}
