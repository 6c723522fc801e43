import { contentOf } from '../configuration-file.ts';
import { type ChangeResult, TENANT_STATE_BRANCH } from '../contract.ts';
import type { FileDifference } from '../differences.ts';
import type { StageContext } from '../stage.ts';

/**
 * Records on `tenant-state` what was just written, file by file. Without it the next backup would take a setting
 * that somebody changes by hand after this deployment for a change of `main`, and propose to undo it.
 * A lost race costs only that, so it is not tried again.
 */
export async function recordDeployed(
  { repository, report, buildId }: StageContext,
  differences: readonly FileDifference[],
  results: readonly ChangeResult[],
): Promise<void> {
  const written = new Set(results.filter(({ result }) => result !== 'FAILED').map(({ path }) => path));
  const files = new Map(
    differences
      .filter(({ path }) => written.has(path))
      .map((difference) => [difference.path, contentAfter(difference)]),
  );
  if (files.size === 0) return;
  const message = `Record what run ${buildId} deployed: ${files.size} files [skip ci]`;
  const expectedHead = await repository.head(TENANT_STATE_BRANCH);
  const commit = await repository.commit({ branch: TENANT_STATE_BRANCH, expectedHead, message, files });
  report.log(
    commit === null
      ? 'tenant-state moved meanwhile; the next backup records it.'
      : `tenant-state is now ${commit}.`,
  );
}

function contentAfter({ configurationType, after }: FileDifference): string | null {
  return after === null || typeof after === 'string' ? null : contentOf(configurationType, after);
}
