import { createHash } from 'node:crypto';
import { asc, eq } from 'drizzle-orm';
import { OWN_WORK } from '../access/viewer.ts';
import { inTransaction, type Queryable } from '../database/database.ts';
import type { FileChange, RepositoryRef } from '../azure-devops/port.ts';
import { enqueue } from '../jobs/jobs.ts';
import { isRefusal, UpstreamError } from '../lib/errors.ts';
import { readAhead } from '../lib/read-ahead.ts';
import type { RevertId } from '../lib/ids.ts';
import { DESIRED_BRANCH } from '../pipeline/contract.ts';
import { EXCLUSION } from '../pipeline/inheritance.ts';
import type { Try } from '../sync-runs/queue-run.ts';
import type { Services } from '../sync-runs/services.ts';
import type { SyncRun } from '../sync-runs/sync-run.ts';
import { lockRun } from '../sync-runs/write-run.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { isUnfinishedRevert, type ChangeSet, type Revert } from './change-set.ts';
import { changes, changeSets } from './change-sets.table.ts';
import { planRevert, type RevertPlan } from './plan-revert.ts';
import { loadRevert, writeRevert } from './reverts.ts';

type Work = {
  revert: Revert;
  changeSet: ChangeSet;
  paths: string[];
  tenant: Tenant;
  run: SyncRun;
  repository: RepositoryRef;
};

/** The id that Git gives to it. */
const EXCLUSION_BLOB = createHash('sha1')
  .update(`blob ${Buffer.byteLength(EXCLUSION)}\0${EXCLUSION}`)
  .digest('hex');

/** Heads that move under the push are followed this often before the job gives up for now. */
const TRIES_ON_A_MOVING_HEAD = 5;
const FILES_AT_ONCE = 8;

/**
 * Job: one commit on the present head of `main` that restores the tenant's state for every path of the change set.
 * Files edited since the preview are a conflict, and then nothing is written at all.
 */
export async function runRevert(services: Services, id: RevertId, tried: Try): Promise<void> {
  const work = await loadWork(services, id);
  if (!work || !isUnfinishedRevert(work.revert.status) || work.revert.status === 'PULL_REQUEST_OPEN') return;
  await inTransaction(services.db, (tx) => writeRevert(tx, id, { status: 'RUNNING', error: null }));
  try {
    const result = await restore(services, work);
    await inTransaction(services.db, async (tx) => {
      await writeRevert(tx, id, result);
      if (result.status === 'PULL_REQUEST_OPEN') await enqueue(tx, 'watch-pull-request', { revertId: id });
    });
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    if (!isRefusal(error) && tried.attempt < tried.maxAttempts) throw error;
    const message = `The repository could not be reverted: ${error.message}`;
    await inTransaction(services.db, (tx) => writeRevert(tx, id, { status: 'FAILED', error: message }));
  }
}

async function restore(services: Services, work: Work): Promise<Partial<Revert>> {
  for (let round = 1; round <= TRIES_ON_A_MOVING_HEAD; round++) {
    const head = await services.azure.readHead(work.repository, DESIRED_BRANCH);
    if (!head) return { status: 'FAILED', error: `The repository has no branch ${DESIRED_BRANCH}.` };
    const plan = await planOn(services, work, head);
    if (plan.conflictingPaths.length > 0)
      return { status: 'CONFLICT', conflictingPaths: plan.conflictingPaths };
    if (plan.restore.length === 0) return nothingLeft(work);
    const files = await contentOf(services, work, plan.restore);
    const push = { branch: DESIRED_BRANCH, expectedHead: head, message: messageOf(work), changes: files };
    const pushed = await services.azure.pushChanges(work.repository, push);
    if (pushed.kind === 'pushed') return { status: 'DONE', commit: pushed.commit, conflictingPaths: [] };
    if (pushed.kind === 'protected')
      return proposeInstead(services, work, {
        ...push,
        branch: `revert/${work.run.id}`,
        restore: plan.restore,
      });
  }
  throw new UpstreamError(
    `The branch ${DESIRED_BRANCH} moved ${TRIES_ON_A_MOVING_HEAD} times while it was reverted.`,
    {
      system: 'Azure DevOps',
      isRetryable: true,
    },
  );
}

/** An earlier try may have pushed and never heard so: then it is done, and which commit it was is not known. */
const nothingLeft = ({ revert }: Work): Partial<Revert> => ({
  status: revert.status === 'RUNNING' ? 'DONE' : 'NOTHING_TO_DO',
  conflictingPaths: [],
});

async function planOn(services: Services, work: Work, head: string) {
  const { azure } = services;
  const mainSha = await mainOf(services, work);
  const [present, tenantState, desired] = await Promise.all([
    azure.listFiles(work.repository, head),
    azure.listFiles(work.repository, work.changeSet.tenantStateSha),
    azure.listFiles(work.repository, mainSha),
  ]);
  const isFilledIn = mainSha !== work.changeSet.desiredSha;
  return planRevert(work.paths, {
    present,
    // Without a file the tenant would have its baseline's again.
    tenantState: isFilledIn ? withExclusions(tenantState, work.paths) : tenantState,
    desired,
    overwrite: new Set(work.revert.overwritePaths),
  });
}

/** The commit of `main` that the change set was made of: another one where a baseline or variables were filled in. */
async function mainOf({ azure }: Services, { changeSet, repository, run }: Work): Promise<string> {
  const handedOver = run.buildId === null ? null : await azure.readChangeSet(repository, run.buildId);
  const isSame = handedOver?.desiredSha === changeSet.desiredSha;
  return (isSame && handedOver.mainSha) || changeSet.desiredSha;
}

const withExclusions = (files: ReadonlyMap<string, string>, paths: readonly string[]) =>
  new Map([...paths.map((path) => [path, EXCLUSION_BLOB] as const), ...files]);

async function contentOf(services: Services, work: Work, restore: RevertPlan['restore']) {
  const contentIn = (blobId: string) =>
    blobId === EXCLUSION_BLOB ? Buffer.from(EXCLUSION) : services.azure.readBlob(work.repository, blobId);
  const read = readAhead(restore, FILES_AT_ONCE, async ({ path, blobId }): Promise<FileChange> => {
    const content = blobId && (await contentIn(blobId));
    return content ? { path, content } : { path, content: null };
  });
  return Array.fromAsync(read);
}

type Push = { branch: string; expectedHead: string; message: string; changes: FileChange[] };
type Proposal = Push & Pick<RevertPlan, 'restore'>;

/**
 * Where the branch is protected a pull request proposes the same. What a branch of an earlier try lacks, because
 * files were named for overwriting since or edited there, is added to it.
 */
async function proposeInstead(services: Services, work: Work, push: Proposal): Promise<Partial<Revert>> {
  const commit = await bringBranch(services, work, push);
  const [title = 'Revert', ...rest] = push.message.split('\n');
  const request = { from: push.branch, into: DESIRED_BRANCH, title, description: rest.join('\n').trim() };
  const pull = await services.azure.openPullRequest(work.repository, request);
  return { status: 'PULL_REQUEST_OPEN', commit, pullRequestId: pull.id, pullRequestUrl: pull.url };
}

async function bringBranch(services: Services, work: Work, { restore, ...push }: Proposal): Promise<string> {
  const earlier = await services.azure.readHead(work.repository, push.branch);
  if (!earlier) return pushBranch(services, work, push);
  const present = await services.azure.listFiles(work.repository, earlier);
  const wanted = new Map(restore.map(({ path, blobId }) => [path, blobId]));
  const missing = push.changes.filter(({ path }) => (present.get(path) ?? null) !== wanted.get(path));
  return missing.length === 0
    ? earlier
    : pushBranch(services, work, { ...push, expectedHead: earlier, changes: missing });
}

async function pushBranch(services: Services, work: Work, push: Push): Promise<string> {
  const pushed = await services.azure.pushChanges(work.repository, push);
  if (pushed.kind === 'pushed') return pushed.commit;
  const isRetryable = pushed.kind === 'moved';
  throw new UpstreamError(`The branch ${push.branch} could not be written: it is ${pushed.kind}.`, {
    system: 'Azure DevOps',
    isRetryable,
  });
}

/** `[skip ci]` keeps the commit from starting a sync by itself. */
function messageOf({ revert, run }: Work): string {
  const lines = [
    `Revert the changes of sync ${run.name ?? run.id} [skip ci]`,
    '',
    `Sync-Run: ${run.id}`,
    `Reverted-By: ${revert.requestedBy.displayName.replaceAll(/\s+/g, ' ')} (${revert.requestedBy.id})`,
  ];
  return (revert.comment ? [...lines, '', revert.comment] : lines).join('\n');
}

async function loadWork(services: Services, id: RevertId): Promise<Work | null> {
  const revert = await loadRevert(services.db, id);
  if (!revert) return null;
  const locked = await inTransaction(services.db, (tx) => lockRun(tx, OWN_WORK.jobs, revert.runId));
  const [changeSet] = await services.db
    .select()
    .from(changeSets)
    .where(eq(changeSets.id, revert.changeSetId));
  if (!locked || !changeSet) return null;
  const { tenant, run } = locked;
  const repository = {
    organization: tenant.organization,
    project: tenant.project,
    repositoryId: tenant.repositoryId,
  };
  return { revert, changeSet, paths: await pathsOf(services.db, changeSet), tenant, run, repository };
}

async function pathsOf(q: Queryable, changeSet: ChangeSet): Promise<string[]> {
  const rows = await q
    .select({ path: changes.path })
    .from(changes)
    .where(eq(changes.changeSetId, changeSet.id))
    .orderBy(asc(changes.position));
  return rows.map((row) => row.path);
}
