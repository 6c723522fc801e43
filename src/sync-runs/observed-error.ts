/** Pure: the one message that the status menu shows for a run that went wrong. */
import type { RunObservation } from '../azure-devops/port.ts';
import type { ErrorAttachment } from '../pipeline/contract.ts';
import type { SyncError, SyncRunOutcome } from './sync-run.ts';

const ERRORS_OF_OUTCOME: Partial<Record<SyncRunOutcome, { code: string; message: string }>> = {
  PARTIALLY_SUCCEEDED: {
    code: 'PARTIALLY_SUCCEEDED',
    message:
      'The sync was only partially successful: some changes were not made. The results of the changes say which.',
  },
  FAILED: { code: 'FAILED', message: 'The sync failed. The job in Azure DevOps and its logs tell more.' },
  TIMED_OUT: { code: 'TIMED_OUT', message: "The sync was ended by the pipeline's own time limit." },
  AUTHENTICATION_EXPIRED: {
    code: 'AUTHENTICATION_EXPIRED',
    message:
      'Nobody signed in to the tenant in time. Start the sync again and sign in with the code that it shows.',
  },
  CANCELED: {
    code: 'CANCELED_WHILE_DEPLOYING',
    message:
      'The sync was cancelled while it wrote to the tenant, which may be half written. Start a sync to see what is left.',
  },
};

/** Never taken for a success. */
const UNKNOWN_RESULT = {
  code: 'UNKNOWN_RESULT',
  message:
    'The sync ended with a result that this service does not know. Open the run in Azure DevOps to see what came of it; start a sync to see what is left to do.',
};
const isUnknown = ({ phase, result }: RunObservation) =>
  phase === 'FINISHED' && (result === 'UNKNOWN' || result === null);

/**
 * The error of a run that ended with `outcome`, null for good endings. The attachment has the whole message; the
 * timeline's issues have its first line; the fallback is a sentence of our own.
 */
export function observedError(
  seen: RunObservation,
  outcome: SyncRunOutcome,
  details: { attachment: ErrorAttachment | null; deployBegan: boolean; at: Date },
): SyncError | null {
  const fallback = outcome === 'FAILED' && isUnknown(seen) ? UNKNOWN_RESULT : ERRORS_OF_OUTCOME[outcome];
  if (!fallback || (outcome === 'CANCELED' && !details.deployBegan)) return null;
  const own = outcome === 'CANCELED' ? null : bestMessage(seen, details.attachment);
  return {
    code: own?.code ?? fallback.code,
    message: own?.message ?? fallback.message,
    stage: own?.stage ?? failedStage(seen),
    jobUrl: seen.jobUrl,
    isPartial: outcome === 'PARTIALLY_SUCCEEDED' || outcome === 'CANCELED',
    occurredAt: seen.finishedAt ?? details.at.toISOString(),
  };
}

function bestMessage(seen: RunObservation, attachment: ErrorAttachment | null) {
  if (attachment) return attachment;
  const [issue] = seen.issues;
  if (issue) return { code: issue.code, message: issue.message, stage: issue.stage };
  const [invalid] = seen.validationErrors;
  return invalid ? { code: 'INVALID_PIPELINE', message: invalid, stage: null } : null;
}

const failedStage = (seen: RunObservation) =>
  seen.stages.find((stage) => stage.state === 'FAILED' || stage.state === 'CANCELED')?.stage ?? null;
