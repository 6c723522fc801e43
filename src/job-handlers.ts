import { answerGate } from './change-sets/answer-gate.ts';
import { runRevert } from './change-sets/run-revert.ts';
import { watchPullRequest } from './change-sets/watch-pull-request.ts';
import type { JobHandlers } from './jobs/worker.ts';
import { type Retention, runRetention } from './retention.ts';
import { queueRun } from './sync-runs/queue-run.ts';
import { sendCancel } from './sync-runs/send-cancel.ts';
import type { Services } from './sync-runs/services.ts';

/** Who does which durable work. */
export function jobHandlers(services: Services, retention: Retention): JobHandlers {
  return {
    'queue-run': ({ runId }, tried) => queueRun(services, runId, tried),
    'cancel-run': ({ runId }) => sendCancel(services, runId),
    'answer-gate': ({ decisionId }, tried) => answerGate(services, decisionId, tried),
    revert: ({ revertId }, tried) => runRevert(services, revertId, tried),
    'watch-pull-request': ({ revertId }) => watchPullRequest(services, revertId),
    'delete-old-events': () => runRetention(retention),
  };
}
