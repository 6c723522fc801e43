/** Pure: the timeline's records → stages and gates. */
import { STAGE_IDENTIFIERS, SYNC_STAGES, type SyncStage } from '../pipeline/contract.ts';
import type { ApprovalObservation, ApprovalStatus, StageObservation, StageState } from './port.ts';
import type { WireRecord } from './wire.ts';

export const APPROVAL_RECORD = 'Checkpoint.Approval';
const AUTHORIZATION_RECORD = 'Checkpoint.Authorization';

/** The contract's stages that the timeline shows, in their order; none before the run got its plan. */
export function readStages(records: WireRecord[]): StageObservation[] {
  return SYNC_STAGES.flatMap((stage) => {
    const record = newest(records.filter((candidate) => stageOf(candidate) === stage));
    return record ? [observeStage(stage, record, records)] : [];
  });
}

export function stageOf(record: WireRecord): SyncStage | null {
  if (record.type !== 'Stage') return null;
  return SYNC_STAGES.find((stage) => STAGE_IDENTIFIERS[stage] === record.identifier) ?? null;
}

/** The stage that a record of any kind belongs to. */
export function stageAbove(record: WireRecord, records: WireRecord[]): SyncStage | null {
  for (const each of lineage(record, records)) {
    const stage = stageOf(each);
    if (stage) return stage;
  }
  return null;
}

/** The record and what stands above it, nearest first. */
export function lineage(record: WireRecord, records: WireRecord[]): WireRecord[] {
  const line: WireRecord[] = [];
  let each: WireRecord | undefined = record;
  while (each && !line.includes(each)) {
    line.push(each);
    const parentId: string | null | undefined = each.parentId;
    each = parentId ? records.find((candidate) => candidate.id === parentId) : undefined;
  }
  return line;
}

export const highestAttempt = (records: WireRecord[]) =>
  records.reduce(
    (highest, { type, attempt }) => (type === 'Stage' ? Math.max(highest, attempt ?? 1) : highest),
    1,
  );

export const approvalIdsOf = (records: WireRecord[]) =>
  records.filter((record) => record.type === APPROVAL_RECORD).map((record) => record.id);

/** Azure opens this instead of an approval at the first use of an environment, and nothing else shows it. */
export const waitsForPermission = (records: WireRecord[]) =>
  records.some((record) => record.type === AUTHORIZATION_RECORD && record.state === 'inProgress');

/** The gates of this run, oldest first: the record proves that the approval is this run's. */
export function approvalsOf(
  records: WireRecord[],
  approvals: ApprovalObservation[],
  buildId: number,
): ApprovalObservation[] {
  return records
    .filter((record) => record.type === APPROVAL_RECORD)
    .map((record) => {
      const known = approvals.find((approval) => approval.approvalId === record.id);
      return known ? { ...known, buildId } : fromRecord(record, buildId);
    })
    .sort((a, b) => (a.createdAt ?? '').localeCompare(b.createdAt ?? ''));
}

function fromRecord(record: WireRecord, buildId: number): ApprovalObservation {
  return {
    approvalId: record.id,
    buildId,
    status: statusOfRecord(record),
    minRequired: 0,
    order: 'ANY',
    createdAt: record.startTime ?? null,
    steps: [],
    blockedApproverIds: [],
  };
}

/** A failed record may be a rejection or a timeout: only the approval itself can say. */
function statusOfRecord({ state, result }: WireRecord): ApprovalStatus {
  if (state === 'inProgress' || state === 'pending') return 'PENDING';
  return state === 'completed' && result === 'succeeded' ? 'APPROVED' : 'UNKNOWN';
}

function newest(candidates: WireRecord[]): WireRecord | undefined {
  return candidates.reduce<WireRecord | undefined>(
    (best, each) => (best && (best.attempt ?? 1) >= (each.attempt ?? 1) ? best : each),
    undefined,
  );
}

function observeStage(stage: SyncStage, record: WireRecord, records: WireRecord[]): StageObservation {
  return {
    stage,
    state: stateOf(record, records),
    attempt: record.attempt ?? 1,
    startedAt: record.startTime ?? null,
    completedAt: record.finishTime ?? null,
  };
}

function stateOf(record: WireRecord, records: WireRecord[]): StageState {
  if (record.state === 'completed' || (record.state !== 'pending' && record.finishTime))
    return endOf(record.result);
  // While its checks run, the stage itself is said to be pending, or in progress.
  const isHeld = records.some(
    (other) => other.type === 'Checkpoint' && other.parentId === record.id && other.state === 'inProgress',
  );
  if (isHeld) return 'WAITING';
  return record.state === 'pending' ? 'PENDING' : 'RUNNING';
}

/** A stage that ended in a word that is not known yet must not look like a success. */
function endOf(result: string | null | undefined): StageState {
  switch (result) {
    case 'succeeded':
    case 'succeededWithIssues':
      return 'SUCCEEDED';
    case 'skipped':
      return 'SKIPPED';
    case 'canceled':
    case 'cancelled':
    case 'abandoned':
      return 'CANCELED';
    default:
      return 'FAILED';
  }
}
