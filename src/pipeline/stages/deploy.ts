import { messageOf } from '../../lib/errors.ts';
import { fileOf } from '../configuration-file.ts';
import {
  type ChangeResult,
  PIPELINE_ERROR_CODES,
  RESULTS_ATTACHMENT,
  type ResultsAttachment,
} from '../contract.ts';
import type { FileDifference } from '../differences.ts';
import { planLines } from '../plan-text.ts';
import { type StageContext, StageError, type StageOutcome, type TenantConnection } from '../stage.ts';
import { readTenantFiles } from '../tenant-files.ts';
import { inSafeOrder } from '../safe-order.ts';
import { applyChange, refusalOf } from './apply-change.ts';
import { recordDeployed } from './record-deployed.ts';
import { reviewedChangeSet } from './reviewed-change-set.ts';
import { untilVisible } from './until-visible.ts';

/** Writes what was reviewed, and only that: every object is compared with what was reviewed right before it is written. */
export async function deploy(context: StageContext): Promise<StageOutcome> {
  const { report } = context;
  const { differences, digest, granted } = await reviewedChangeSet(context);
  const tenant = context.connect('DEPLOY', granted);
  report.progress(10, 'Reading the tenant once more');
  if (context.isWhatIf) return whatIf(context, differences, tenant);
  const results = await applyAll(context, differences, tenant);
  const whole: ResultsAttachment = { version: 1, digest, results };
  await report.attach({ ...RESULTS_ATTACHMENT, content: JSON.stringify(whole) });
  await recordDeployed(context, differences, results);
  return outcomeOf(context, results);
}

/** The plan, and what would not be written of it, by name. */
async function whatIf(
  context: StageContext,
  differences: FileDifference[],
  tenant: TenantConnection,
): Promise<StageOutcome> {
  const { report } = context;
  const { files: present, shared } = await readTenantFiles(tenant);
  const { ordered, cycles } = inSafeOrder(differences);
  for (const line of planLines(ordered)) report.log(line);
  for (const difference of ordered) {
    const fault = shared.get(difference.path) ?? cycles.get(difference.path);
    const refusal = refusalOf(difference, differences, present.get(difference.path) ?? null);
    const reason = fault ?? refusal?.error ?? (refusal && 'The tenant is so already.');
    if (reason) report.log(`Would not be written: ${difference.path}: ${reason}`);
  }
  report.log('Nothing was written.');
  return { succeeded: true };
}

async function applyAll(
  context: StageContext,
  differences: FileDifference[],
  tenant: TenantConnection,
): Promise<ChangeResult[]> {
  const { report, signal } = context;
  const { files: present, shared } = await readTenantFiles(tenant);
  const { ordered, cycles } = inSafeOrder(differences);
  const results: ChangeResult[] = [];
  for (const difference of ordered) {
    // A canceled deploy stops between two objects, never within one.
    if (signal.aborted) break;
    const fault = shared.get(difference.path) ?? cycles.get(difference.path);
    const refusal: ChangeResult | null =
      fault === undefined
        ? refusalOf(difference, differences, present.get(difference.path) ?? null)
        : { path: difference.path, result: 'FAILED', error: fault };
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
