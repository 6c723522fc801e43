/** The timeline of a build: its records, and the only ways in which they change. */
import { STAGE_IDENTIFIERS, SYNC_STAGES, type SyncStage } from '../../../pipeline/contract.ts';
import type { Build, Issue, RecordResult, RecordType, TimelineRecord } from '../build.ts';
import { guidOf } from '../guid.ts';
import { buildChanged, nowOf, type WorldWithoutAgents } from '../world.ts';

/** Azure keeps no more of each kind for a record. */
const ISSUES_KEPT = 10;

/** The tasks of every stage's job; the third one does the work. */
export const TASKS = ['Initialize job', 'Checkout', 'Run', 'Finalize Job'] as const;
export type TaskName = (typeof TASKS)[number];

const STAGE_NAMES = {
  AUTHENTICATE: 'Authenticate',
  BACKUP: 'Back up',
  PREVIEW: 'Preview',
  DEPLOY: 'Deploy',
} as const satisfies Record<SyncStage, string>;

export const WORK_NAMES = {
  AUTHENTICATE: 'Sign in to the tenant',
  BACKUP: 'Back up the tenant',
  PREVIEW: 'Preview the changes',
  DEPLOY: 'Deploy the changes',
} as const satisfies Record<SyncStage, string>;

type Place = {
  parent: TimelineRecord | null;
  type: RecordType;
  name: string;
  identifier: string;
  order: number;
  id?: string;
  attempt?: number;
};

/** Known beforehand; every attempt has records of its own. */
export const recordId = (
  build: Build,
  { type, identifier, attempt }: { type: RecordType; identifier: string; attempt: number },
): string => guidOf(build.planId, identifier, type, String(attempt));

export function addRecord(world: WorldWithoutAgents, build: Build, place: Place): TimelineRecord {
  build.changeId += 1;
  const attempt = place.attempt ?? place.parent?.attempt ?? 1;
  const record: TimelineRecord = {
    id: place.id ?? recordId(build, { ...place, attempt }),
    parentId: place.parent?.id ?? null,
    type: place.type,
    name: place.name,
    identifier: place.identifier,
    startTime: null,
    finishTime: null,
    currentOperation: null,
    percentComplete: null,
    state: 'pending',
    result: null,
    changeId: build.changeId,
    lastModified: nowOf(world),
    workerName: null,
    order: place.order,
    logId: null,
    taskName: null,
    attempt,
    previousAttempts: [],
    issues: [],
  };
  build.records.push(record);
  buildChanged(world, build);
  return record;
}

export function changeRecord(
  world: WorldWithoutAgents,
  build: Build,
  change: { record: TimelineRecord } & Partial<Omit<TimelineRecord, 'id'>>,
): void {
  const { record, ...values } = change;
  build.changeId += 1;
  Object.assign(record, values, { changeId: build.changeId, lastModified: nowOf(world) });
  buildChanged(world, build);
}

export function startRecord(world: WorldWithoutAgents, build: Build, record: TimelineRecord): void {
  changeRecord(world, build, { record, state: 'inProgress', startTime: record.startTime ?? nowOf(world) });
}

export function endRecord(
  world: WorldWithoutAgents,
  build: Build,
  { record, result }: { record: TimelineRecord; result: RecordResult },
): void {
  if (record.state === 'completed') return;
  const finishTime = nowOf(world);
  const progress = result === 'skipped' ? {} : { percentComplete: 100 };
  changeRecord(world, build, {
    record,
    state: 'completed',
    result,
    finishTime,
    currentOperation: null,
    ...progress,
  });
}

export function addIssue(
  world: WorldWithoutAgents,
  build: Build,
  { record, ...issue }: { record: TimelineRecord } & Issue,
): void {
  if (record.issues.filter(({ type }) => type === issue.type).length >= ISSUES_KEPT) return;
  changeRecord(world, build, { record, issues: [...record.issues, issue] });
}

/** The four stages, waiting. */
export function addStages(world: WorldWithoutAgents, build: Build): void {
  for (const [index, stage] of SYNC_STAGES.entries()) {
    const identifier = STAGE_IDENTIFIERS[stage];
    addRecord(world, build, {
      parent: null,
      type: 'Stage',
      name: STAGE_NAMES[stage],
      identifier,
      order: index + 1,
    });
  }
}

export function stageRecord(build: Build, stage: SyncStage): TimelineRecord {
  const found = build.records.find(
    ({ type, identifier }) => type === 'Stage' && identifier === STAGE_IDENTIFIERS[stage],
  );
  if (found) return found;
  throw new Error(`Run ${build.id} has no stage ${STAGE_IDENTIFIERS[stage]} in its timeline.`);
}

export function childrenOf(records: readonly TimelineRecord[], parent: TimelineRecord): TimelineRecord[] {
  return records.filter(({ parentId }) => parentId === parent.id);
}

/** The record and everything below it. */
export function branchOf(records: readonly TimelineRecord[], root: TimelineRecord): TimelineRecord[] {
  return [root, ...childrenOf(records, root).flatMap((child) => branchOf(records, child))];
}
