import { and, eq } from 'drizzle-orm';
import { audit, recordingRefusals } from '../access/audit.ts';
import { EVERY_TIME, type Once } from '../access/once.ts';
import { mustBeAllowed, type Viewer } from '../access/viewer.ts';
import { visibleTo } from '../access/visible.ts';
import { databaseNow, inTransaction, type Tx } from '../database/database.ts';
import { enqueue } from '../jobs/jobs.ts';
import { type ChangeSetId, newId } from '../lib/ids.ts';
import { refusalFor, type SyncAction } from '../sync-runs/actions.ts';
import { checkedComment } from '../sync-runs/comment.ts';
import { isFinal } from '../sync-runs/decision-rules.ts';
import { ActionRefused, NotFound } from '../sync-runs/refusals.ts';
import type { Services } from '../sync-runs/services.ts';
import { type LockedRun, lockRun } from '../sync-runs/write-run.ts';
import type { ChangeSet, Decision, DecisionVerdict } from './change-set.ts';
import { changeSets, decisions } from './change-sets.table.ts';
import { finalDecision, isRejection, standingDecisions, tellDecision } from './decisions.ts';
import { keepPersonToken, personTokenOf } from './person-tokens.ts';
import { readPresentDigest } from './present-digest.ts';
import { AlreadyDecided, DigestDiffers } from './refusals.ts';
import { newestChangeSet } from './store-change-set.ts';

export type DecideInput = {
  changeSetId: ChangeSetId;
  /** What the caller reviewed. */
  digest: string;
  verdict: DecisionVerdict;
  comment: string | null;
  force: boolean;
  once?: Once;
};

const ACTION_OF = {
  APPROVE: 'APPROVE',
  REJECT: 'REJECT',
  REJECT_AND_REVERT: 'REJECT_AND_REVERT',
} as const satisfies Record<DecisionVerdict, SyncAction>;

/**
 * Puts a decision on record. The row is the claim: one for each person and gate, taken under the run's lock, so of
 * many racing deciders exactly those win whom the gate's rule admits. A job then gives Azure DevOps the answer.
 * Refusals: NotFound, InvalidInput, ActionRefused, DigestDiffers, AlreadyDecided. Throws Forbidden.
 */
export function decide(services: Services, viewer: Viewer, input: DecideInput): Promise<Decision> {
  const facts = { viewer, act: ACTION_OF[input.verdict], tenantId: null, target: input.changeSetId };
  return recordingRefusals(services.db, facts, () => decideOnce(services, viewer, input));
}

async function decideOnce(services: Services, viewer: Viewer, input: DecideInput): Promise<Decision> {
  const comment = checkedComment(input.comment);
  const { once = EVERY_TIME } = input;
  const wasDone = await bringPreviewUpToDate(services, viewer, input);
  const token = wasDone ? null : await personTokenOf(services, viewer);
  return inTransaction(services.db, (tx) =>
    once.run(tx, {
      check: () => findAllowed(tx, viewer, input),
      act: async ({ locked, changeSet }) => {
        const earlier = await ownEarlierDecision(tx, viewer, { locked, input });
        if (earlier) return earlier;
        await refuseOtherContent(tx, { changeSet, digest: input.digest });
        await refuseUnlessPossible(tx, viewer, { locked, input });
        const made = await claim(tx, viewer, { locked, changeSet, verdict: input.verdict, comment });
        if (token) await keepPersonToken(tx, services, { decisionId: made.id, token });
        if (token || (await isLast(tx, locked, made)))
          await enqueue(tx, 'answer-gate', { decisionId: made.id });
        return made;
      },
    }),
  );
}

/**
 * A preview that was run again since the last look is read before anything is compared. True: the decision was made
 * before, under the same key.
 */
async function bringPreviewUpToDate(
  services: Services,
  viewer: Viewer,
  input: DecideInput,
): Promise<boolean> {
  const { locked, wasDone } = await inTransaction(services.db, async (tx) => ({
    ...(await findAllowed(tx, viewer, input)),
    wasDone: (await input.once?.wasDone(tx)) ?? false,
  }));
  const { tenant, run } = locked;
  if (!wasDone && input.verdict === 'APPROVE' && run.status === 'PENDING_APPROVAL')
    await readPresentDigest(services, tenant, run);
  return wasDone;
}

type Found = { locked: LockedRun; changeSet: ChangeSet };

async function findAllowed(tx: Tx, viewer: Viewer, input: DecideInput): Promise<Found> {
  const found = await find(tx, viewer, input.changeSetId);
  const permission = input.verdict === 'REJECT_AND_REVERT' ? 'revert' : 'decide';
  mustBeAllowed(viewer, permission, found.locked.tenant.id);
  return found;
}

async function find(tx: Tx, viewer: Viewer, id: ChangeSetId): Promise<Found> {
  const [changeSet] = await tx
    .select()
    .from(changeSets)
    .where(and(eq(changeSets.id, id), visibleTo(viewer, changeSets.tenantId)));
  const locked = changeSet && (await lockRun(tx, viewer, changeSet.runId));
  if (!changeSet || !locked) {
    throw new NotFound(`There is no change set ${id}. Take the id from the run's changeSet.`);
  }
  return { locked, changeSet };
}

/** The same verdict again is success and changes nothing; another verdict of the same person is refused. */
async function ownEarlierDecision(
  tx: Tx,
  viewer: Viewer,
  { locked, input }: { locked: LockedRun; input: DecideInput },
): Promise<Decision | null> {
  const approvalId = locked.run.approval?.approvalId;
  if (!approvalId) return null;
  const own = (await standingDecisions(tx, locked.run.id, approvalId)).find(
    (one) => one.personId === viewer.personId,
  );
  if (!own) return null;
  if (own.verdict === input.verdict && own.digest === input.digest) return own;
  throw new AlreadyDecided(`You decided this run already: ${describe(own)}.`, own);
}

/** Only the run's newest change set can be decided, and only by the digest that it has. */
async function refuseOtherContent(
  tx: Tx,
  { changeSet, digest }: { changeSet: ChangeSet; digest: string },
): Promise<void> {
  const present = (await newestChangeSet(tx, changeSet.runId)) ?? changeSet;
  if (present.digest === digest) return;
  const message = `The change set that you reviewed (${digest.slice(0, 12)}…) is not the present one (${present.digest.slice(0, 12)}…). Review the present one and decide with its digest.`;
  throw new DigestDiffers(message, present);
}

async function refuseUnlessPossible(
  tx: Tx,
  viewer: Viewer,
  { locked, input }: { locked: LockedRun; input: DecideInput },
): Promise<void> {
  const { tenant, run } = locked;
  const standing = await standingDecisions(tx, run.id);
  const refusal = refusalFor(ACTION_OF[input.verdict], {
    viewer,
    tenant,
    run,
    latestRun: run,
    hasChangeSet: true,
    decisions: standing,
    revert: null,
    tenantHasUnfinishedRevert: false,
    challenge: null,
    isForced: input.force,
    now: await databaseNow(tx),
  });
  if (!refusal) return;
  const ending = finalDecision(standing, run.approval?.required ?? 1);
  if (refusal.reason === 'ALREADY_DECIDED' && ending) {
    throw new AlreadyDecided(`The run was decided already: ${describe(ending)}.`, ending);
  }
  throw new ActionRefused(refusal.reason, refusal.message, run);
}

async function claim(
  tx: Tx,
  viewer: Viewer,
  made: { locked: LockedRun; changeSet: ChangeSet; verdict: DecisionVerdict; comment: string | null },
): Promise<Decision> {
  const { run, tenant } = made.locked;
  if (!run.approval)
    throw new Error(`The run ${run.id} waits for approval, but its gate was never observed.`);
  const present = (await newestChangeSet(tx, run.id)) ?? made.changeSet;
  const [decision] = await tx
    .insert(decisions)
    .values({
      id: newId('dec'),
      runId: run.id,
      approvalId: run.approval.approvalId,
      changeSetId: present.id,
      verdict: made.verdict,
      by: viewer.actor,
      personId: viewer.personId,
      at: await databaseNow(tx),
      comment: made.comment,
      digest: present.digest,
      via: 'API',
      state: 'SENDING',
    })
    .returning();
  if (!decision) throw new Error(`The decision on ${run.id} was not stored.`);
  await tellDecision(tx, tenant, decision);
  await audit(tx, {
    viewer,
    act: ACTION_OF[made.verdict],
    tenantId: tenant.id,
    target: run.id,
    details: { decision: decision.id, digest: present.digest },
  });
  return decision;
}

/** The service answers once for all whom it cannot represent: when they are enough. */
async function isLast(tx: Tx, { run }: LockedRun, decision: Decision): Promise<boolean> {
  const standing = await standingDecisions(tx, run.id, decision.approvalId);
  return isFinal(standing, run.approval?.required ?? 1);
}

const describe = (decision: Decision) =>
  `${isRejection(decision) ? 'rejected' : 'approved'} by ${decision.by.displayName} at ${decision.at.toISOString()}`;
