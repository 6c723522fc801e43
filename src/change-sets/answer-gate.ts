import { OWN_WORK } from '../access/viewer.ts';
import { inTransaction } from '../database/database.ts';
import type { ApprovalObservation, PersonToken } from '../azure-devops/port.ts';
import { isRefusal, UpstreamError } from '../lib/errors.ts';
import type { DecisionId } from '../lib/ids.ts';
import type { Try } from '../sync-runs/queue-run.ts';
import type { Services } from '../sync-runs/services.ts';
import { type LockedRun, lockRun } from '../sync-runs/write-run.ts';
import type { Decision } from './change-set.ts';
import { decisions } from './change-sets.table.ts';
import { isRejection, loadDecision, tellDecision } from './decisions.ts';
import { decisionIn, gateComment } from './gate-comment.ts';
import { answeredWith, forgetPersonToken, openPersonToken } from './person-tokens.ts';
import { readPresentDigest } from './present-digest.ts';
import { queueRevertOf } from './reverts.ts';

/**
 * Job: gives Azure DevOps the answer that is on record. Before an approval is sent, the run's change set is read
 * again: if it is no longer what was reviewed, nothing is sent and the claim is released.
 */
export async function answerGate(services: Services, id: DecisionId, tried: Try): Promise<void> {
  const found = await loadSending(services, id);
  if (!found) return;
  const { decision, locked } = found;
  try {
    if (decision.verdict === 'APPROVE' && !(await isStillWhatWasReviewed(services, locked, decision))) {
      return await fail(
        services,
        decision,
        'The changes are no longer those that were reviewed: review them again.',
      );
    }
    const token = await openPersonToken(services, id);
    if (token === 'expired')
      return await fail(services, decision, 'Your sign-in ended before the answer was sent: decide again.');
    const answered = await answerOnce(services, locked, { decision, token });
    await settle(services, decision, answered);
    services.lookSoon(locked.tenant, locked.run.buildId);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    if (!isRefusal(error) && tried.attempt < tried.maxAttempts) throw error;
    await fail(services, decision, `Azure DevOps did not take the answer: ${error.message}`);
  }
}

async function loadSending(services: Services, id: DecisionId) {
  const decision = await loadDecision(services.db, id);
  if (decision?.state !== 'SENDING') return null;
  const locked = await inTransaction(services.db, (tx) => lockRun(tx, OWN_WORK.jobs, decision.runId));
  return locked && { decision, locked };
}

async function isStillWhatWasReviewed(services: Services, { tenant, run }: LockedRun, decision: Decision) {
  if (run.buildId === null) return false;
  const present = await readPresentDigest(services, tenant, run);
  return present === null || present === decision.digest;
}

/** Azure's record first: an answer that got through before its reply was lost is not given twice. */
async function answerOnce(
  services: Services,
  { tenant }: LockedRun,
  { decision, token }: { decision: Decision; token: PersonToken | null },
): Promise<ApprovalObservation> {
  const { approvalId, personId } = decision;
  const asPerson = token && { ...token, personId };
  const readGate = async () => understood(await services.azure.readApproval(tenant, approvalId));
  const before = await readGate();
  if (before && hasAnswer(before, decision)) return before;
  const verdict = isRejection(decision) ? 'REJECTED' : 'APPROVED';
  try {
    const answer = { approvalId, verdict, comment: gateComment(decision), asPerson } as const;
    return understood(await services.azure.answerGate(tenant, answer));
  } catch (error) {
    const after = await readGate();
    if (after && hasAnswer(after, decision)) return after;
    throw error;
  }
}

/** A state in a word that is not known says neither that the gate is open nor that it is closed: it is asked again. */
function understood<Gate extends ApprovalObservation | null>(gate: Gate): Gate {
  if (gate?.status !== 'UNKNOWN') return gate;
  throw new UpstreamError(`The state of the gate ${gate.approvalId} is a word that is not known.`, {
    system: 'Azure DevOps',
    isRetryable: true,
  });
}

/** Closed, or with this decision's own answer among those that are still too few. */
const hasAnswer = (approval: ApprovalObservation, decision: Decision) =>
  approval.status !== 'PENDING' || approval.steps.some((step) => decisionIn(step.comment) === decision.id);

/** Everyone whose approval was counted settles with the one answer that the service gave for them. */
async function settle(services: Services, decision: Decision, answered: ApprovalObservation): Promise<void> {
  const wanted = isRejection(decision) ? 'REJECTED' : 'APPROVED';
  if (answered.status !== wanted && answered.status !== 'PENDING') {
    const how = answered.status.toLowerCase().replace('_', ' ');
    return fail(services, decision, `The gate was answered elsewhere before: it is ${how}.`);
  }
  await inTransaction(services.db, async (tx) => {
    const locked = await lockRun(tx, OWN_WORK.jobs, decision.runId);
    if (!locked) return;
    const isPersonal = await forgetPersonToken(tx, decision.id);
    const settled = await tx
      .update(decisions)
      .set({ state: 'SETTLED' })
      .where(answeredWith(decision, isPersonal))
      .returning();
    for (const one of settled) {
      await tellDecision(tx, locked.tenant, one);
      if (one.verdict === 'REJECT_AND_REVERT') await queueRevertOf(tx, one);
    }
  });
}

/** Releases the claim: the decision stays on record as failed, and may be made again. */
async function fail(services: Services, decision: Decision, error: string): Promise<void> {
  await inTransaction(services.db, async (tx) => {
    const locked = await lockRun(tx, OWN_WORK.jobs, decision.runId);
    const isPersonal = await forgetPersonToken(tx, decision.id);
    const failed = await tx
      .update(decisions)
      .set({ state: 'FAILED', error })
      .where(answeredWith(decision, isPersonal))
      .returning();
    for (const one of failed) if (locked) await tellDecision(tx, locked.tenant, one);
  });
}
