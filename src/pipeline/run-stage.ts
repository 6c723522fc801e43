import { ERROR_ATTACHMENT, type ErrorAttachment, type SyncStage } from './contract.ts';
import { type StageContext, StageError, type StageOutcome } from './stage.ts';
import { authenticate } from './stages/authenticate.ts';
import { backup } from './stages/backup.ts';
import { deploy } from './stages/deploy.ts';
import { preview } from './stages/preview.ts';

const STAGES = {
  AUTHENTICATE: authenticate,
  BACKUP: backup,
  PREVIEW: preview,
  DEPLOY: deploy,
} as const satisfies Record<SyncStage, (context: StageContext) => Promise<StageOutcome>>;

export type StageCode = (stage: SyncStage, context: StageContext) => Promise<StageOutcome>;

/** An attachment is no place for a book; the log has the rest. */
const MAX_MESSAGE_LENGTH = 16_000;

/**
 * Runs one stage. A failure is reported here, as an issue and as an attachment, before the StageError is thrown:
 * whoever calls only has to end the stage. After an abort nothing is reported.
 */
export async function runStage(
  stage: SyncStage,
  context: StageContext,
  code: StageCode = (which, given) => STAGES[which](given),
): Promise<StageOutcome> {
  try {
    return await code(stage, context);
  } catch (thrown) {
    if (context.signal.aborted) throw thrown;
    const error = asStageError(thrown, stage);
    await reportFailure(stage, error, context);
    throw error;
  }
}

/** Also for failures that happen around a stage: an issue with the first line and the code, an attachment with all. */
export async function reportFailure(
  stage: SyncStage,
  error: StageError,
  { report, isWhatIf }: StageContext,
): Promise<void> {
  const message = error.message.slice(0, MAX_MESSAGE_LENGTH);
  report.error(error.code, message.split('\n', 1)[0] ?? message);
  if (isWhatIf) return;
  const whole: ErrorAttachment = { version: 1, code: error.code, message, stage };
  await report.attach({ ...ERROR_ATTACHMENT, content: JSON.stringify(whole) });
}

function asStageError(thrown: unknown, stage: SyncStage): StageError {
  if (thrown instanceof StageError) return thrown;
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  return new StageError(
    'UNEXPECTED',
    `Stage ${stage.toLowerCase()} ended unexpectedly: ${words} Nothing more was written; start another sync.`,
  );
}
