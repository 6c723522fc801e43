import { messageOf } from '../../lib/errors.ts';
import { changeSetDigest } from '../change-set-digest.ts';
import { fileOf } from '../configuration-file.ts';
import {
  CHANGE_SET_ATTACHMENT,
  type ChangeResult,
  type ChangeSetAttachment,
  PIPELINE_ERROR_CODES,
  RESULTS_ATTACHMENT,
  type ResultsAttachment,
} from '../contract.ts';
import type { FileDifference } from '../differences.ts';
import { type StageContext, StageError, type StageOutcome, type TenantConnection } from '../stage.ts';
import { readTenantFiles } from '../tenant-files.ts';
import { inSafeOrder } from '../safe-order.ts';
import { applyChange, refusalOf } from './apply-change.ts';
import { differencesBetween } from './preview.ts';
import { recordDeployed } from './record-deployed.ts';
import { untilVisible } from './until-visible.ts';

/**
 * Writes what was reviewed, and only that: the change set is made again from the two commits of the preview, its
 * digest compared with the approved one before anything is written, and every object with what was reviewed.
 */
export async function deploy(context: StageContext): Promise<StageOutcome> {
  const { report, repository } = context;
  const granted = await context.credential('DEPLOY');
  const reviewed = await reviewedChangeSet(context);
  const differences = await differencesBetween(repository, reviewed.tenantStateSha, reviewed.desiredSha);
  const digest = changeSetDigest(differences, Buffer.from(granted.digestKey, 'base64'));
  refuseOtherDigest(digest, reviewed.digest, 'the preview showed');
  if (granted.approvedDigest !== null) refuseOtherDigest(digest, granted.approvedDigest, 'was approved');

  report.progress(10, 'Reading the tenant once more');
  const results = await applyAll(context, differences, granted.accessToken);
  const whole: ResultsAttachment = { version: 1, digest, results };
  await report.attach({ ...RESULTS_ATTACHMENT, content: JSON.stringify(whole) });
  await recordDeployed(context, differences, results);
  return outcomeOf(context, results);
}

async function applyAll(
  context: StageContext,
  differences: FileDifference[],
  accessToken: string,
): Promise<ChangeResult[]> {
  const { report, signal } = context;
  const tenant = context.connect(accessToken);
  const present = await readTenantFiles(tenant);
  const { ordered, cycles } = inSafeOrder(differences);
  const results: ChangeResult[] = [];
  for (const difference of ordered) {
    // A canceled deploy stops between two objects, never within one.
    if (signal.aborted) break;
    const cycle = cycles.get(difference.path);
    const refusal: ChangeResult | null =
      cycle === undefined
        ? refusalOf(difference, differences, present.get(difference.path) ?? null)
        : { path: difference.path, result: 'FAILED', error: cycle };
    const result = refusal ?? (await applyAsReviewed(tenant, difference, differences));
    report.log(
      `${result.result} ${difference.kind} ${result.path}${result.error ? `: ${result.error}` : ''}`,
    );
    results.push(result);
    report.progress(
      10 + Math.floor((80 * results.length) / differences.length),
      `${results.length} of ${differences.length} changes`,
    );
  }
  await untilVisible(context, tenant, ordered, results);
  return results;
}

/** Reads the object once more right before it is written: Graph has no other way to notice somebody else's change. */
async function applyAsReviewed(
  tenant: TenantConnection,
  difference: FileDifference,
  all: readonly FileDifference[],
): Promise<ChangeResult> {
  try {
    const now = await tenant.read(difference.configurationType, difference.displayName);
    return refusalOf(difference, all, now && fileOf(now).content) ?? (await applyChange(tenant, difference));
  } catch (error) {
    return { path: difference.path, result: 'FAILED', error: messageOf(error) };
  }
}

async function reviewedChangeSet(context: StageContext): Promise<ChangeSetAttachment> {
  const text = await context.readAttachment(CHANGE_SET_ATTACHMENT.type, CHANGE_SET_ATTACHMENT.name);
  if (text === null) {
    throw new StageError(
      PIPELINE_ERROR_CODES.digestDiffers,
      `Run ${context.buildId} has no readable change set, so what was reviewed is unknown. Nothing was written; start another sync.`,
    );
  }
  return JSON.parse(text) as ChangeSetAttachment;
}

function refuseOtherDigest(digest: string, expected: string, words: string): void {
  if (digest === expected) return;
  throw new StageError(
    PIPELINE_ERROR_CODES.digestDiffers,
    `The changes to deploy (digest ${digest}) are not those that ${words} (digest ${expected}). ` +
      'Nothing was written to the tenant; start another sync and review it again.',
  );
}

function outcomeOf({ report, signal }: StageContext, results: ChangeResult[]): StageOutcome {
  signal.throwIfAborted();
  const failed = results.filter(({ result }) => result === 'FAILED');
  if (failed.length === 0) return { succeeded: true };
  const message =
    `${failed.length} of ${results.length} changes were not applied. The first: ${failed[0]?.path}: ${failed[0]?.error} ` +
    'See the results of each change, correct the cause and sync again.';
  if (failed.length === results.length) throw new StageError(PIPELINE_ERROR_CODES.changesFailed, message);
  report.error(PIPELINE_ERROR_CODES.changesFailed, message);
  return { succeeded: true, withIssues: true };
}
