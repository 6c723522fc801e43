/** Pure: whether a run has to be read again, by what the lists of one look show of it. */
import type { ApprovalObservation, BuildObservation } from '../azure-devops/port.ts';
import type { SyncRun } from '../sync-runs/sync-run.ts';

export type KnownRun = Pick<SyncRun, 'status' | 'changedAt' | 'approval'>;

export type Shown = {
  build: BuildObservation;
  /** Open gates of the project. */
  pending: readonly ApprovalObservation[];
};

/**
 * Azure stamps a build when it changes, but not at each step of its timeline: those are read every few looks. Gates
 * are compared by themselves, because opening or answering one need not touch the build either.
 */
export function hasMoved(run: KnownRun | undefined, { build, pending }: Shown): boolean {
  if (!run || run.changedAt === null || run.changedAt !== build.changedAt) return true;
  if (run.status === 'COMPLETED') return build.phase !== 'FINISHED';
  return build.phase === 'FINISHED' || gateMoved(run, { build, pending });
}

function gateMoved(run: KnownRun, { build, pending }: Shown): boolean {
  const own = pending.filter((approval) => approval.buildId === build.buildId);
  if (own.length === 0) return mayBeOneOf(run, pending);
  const known = own.find((approval) => approval.approvalId === run.approval?.approvalId);
  return run.status !== 'PENDING_APPROVAL' || !known || answersOf(known) !== run.approval?.given;
}

/** Not every version of the list says whose an approval is: then the id that is known has to be in it. */
function mayBeOneOf(run: KnownRun, pending: readonly ApprovalObservation[]): boolean {
  const ownerless = pending.filter((approval) => approval.buildId === null);
  if (run.status !== 'PENDING_APPROVAL') return ownerless.length > 0;
  const known = ownerless.find((approval) => approval.approvalId === run.approval?.approvalId);
  return !known || answersOf(known) !== run.approval?.given;
}

const answersOf = (approval: ApprovalObservation) =>
  approval.steps.filter((step) => step.status === 'APPROVED').length;
