import type { DecisionId, RevertId, RunId } from '../lib/ids.ts';

/** Every kind of durable work, and what its handler is told. Rows hold the rest. */
export type JobPayloads = {
  'queue-run': { runId: RunId };
  'cancel-run': { runId: RunId };
  'answer-gate': { decisionId: DecisionId };
  revert: { revertId: RevertId };
  'watch-pull-request': { revertId: RevertId };
  'delete-old-events': Record<string, never>;
};
export type JobName = keyof JobPayloads;

/** The trace in which a job was promised, when somebody traces. */
export type Traced = { traceparent?: string };
