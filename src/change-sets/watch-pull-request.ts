import { OWN_WORK } from '../access/viewer.ts';
import { databaseNow, inTransaction } from '../database/database.ts';
import { enqueue } from '../jobs/jobs.ts';
import type { RevertId } from '../lib/ids.ts';
import type { Services } from '../sync-runs/services.ts';
import { lockRun } from '../sync-runs/write-run.ts';
import { loadRevert, writeRevert } from './reverts.ts';

const LOOK_AGAIN_AFTER_MS = 30_000;

/** Job: follows the pull request of a revert until it is completed or abandoned. */
export async function watchPullRequest(services: Services, id: RevertId): Promise<void> {
  const { db, azure } = services;
  const revert = await loadRevert(db, id);
  if (revert?.status !== 'PULL_REQUEST_OPEN' || revert.pullRequestId === null) return;
  const locked = await inTransaction(db, (tx) => lockRun(tx, OWN_WORK.jobs, revert.runId));
  if (!locked) return;
  const { organization, project, repositoryId } = locked.tenant;
  const pull = await azure.readPullRequest({ organization, project, repositoryId }, revert.pullRequestId);
  await inTransaction(db, async (tx) => {
    if (pull?.state === 'COMPLETED') await writeRevert(tx, id, { status: 'DONE' });
    else if (!pull || pull.state === 'ABANDONED')
      await writeRevert(tx, id, { status: 'PULL_REQUEST_ABANDONED' });
    else {
      const runAt = new Date((await databaseNow(tx)).getTime() + LOOK_AGAIN_AFTER_MS);
      await enqueue(tx, 'watch-pull-request', { revertId: id }, { runAt });
    }
  });
}
