/** What stands before the deployment: the permission to use the environment, and its approval checks. */
import type { RecordResult, RecordType, TimelineRecord } from '../build.ts';
import { newGuid } from '../guid.ts';
import type { Approval, CheckConfiguration, Environment } from '../model.ts';
import { buildChanged, nowOf, record } from '../world.ts';
import type { SyncStage } from '../../../pipeline/contract.ts';
import { closeSteps, isOpenApproval } from './decide-approval.ts';
import { goOn, setPhase, wait, type Run } from './run.ts';
import { addRecord, childrenOf, endRecord, stageRecord, startRecord } from './timeline.ts';

export type GateVerdict = 'open' | 'rejected' | 'timedOut' | 'canceled';

const MINUTE_MS = 60_000;

/** Waits until the stage may start, or never will. A run taken up again finds its gate as it left it. */
export async function passGate(run: Run, stage: SyncStage): Promise<GateVerdict> {
  const environment = run.world.state.environments.find(({ id }) => id === run.tenant.environmentId);
  if (!environment)
    throw new Error(`Environment ${run.tenant.environmentId} of run ${run.build.id} is not in the sandbox.`);
  const checkpoint = findOrAdd(run, stageRecord(run.build, stage), 'Checkpoint');
  if (checkpoint.state === 'pending') startRecord(run.world, run.build, checkpoint);
  const verdict =
    (await waitForPermission(run, checkpoint, environment)) ?? (await waitForApprovals(run, checkpoint));
  endRecord(run.world, run.build, { record: checkpoint, result: RESULTS[verdict] });
  return verdict;
}

const RESULTS = {
  open: 'succeeded',
  rejected: 'failed',
  timedOut: 'skipped',
  canceled: 'canceled',
} as const satisfies Record<GateVerdict, RecordResult>;

function findOrAdd(run: Run, parent: TimelineRecord, type: RecordType): TimelineRecord {
  const known = childrenOf(run.build.records, parent).find((child) => child.type === type);
  const identifier = `${parent.identifier}.${type}`;
  return known ?? addRecord(run.world, run.build, { parent, type, name: type, identifier, order: 1 });
}

async function waitForPermission(
  run: Run,
  checkpoint: TimelineRecord,
  environment: Environment,
): Promise<'canceled' | null> {
  const row = findOrAdd(run, checkpoint, 'Checkpoint.Authorization');
  const isPermitted = () => environment.permittedDefinitionIds.includes(run.build.definitionId);
  if (!isPermitted()) {
    startRecord(run.world, run.build, row);
    setPhase(run, 'WAITING_AT_GATE');
    await waitUntil(run, isPermitted, null);
  }
  endRecord(run.world, run.build, { record: row, result: isPermitted() ? 'succeeded' : 'canceled' });
  return isPermitted() ? null : 'canceled';
}

async function waitForApprovals(run: Run, checkpoint: TimelineRecord): Promise<GateVerdict> {
  const rows = childrenOf(run.build.records, checkpoint).filter(({ type }) => type === 'Checkpoint.Approval');
  if (rows.length === 0) await wait(run, run.tenant.behaviour.gateLateMs ?? 0);
  const approvals = rows.length > 0 ? known(run, rows) : openApprovals(run, checkpoint);
  if (approvals.length === 0) return 'open';
  setPhase(run, 'WAITING_AT_GATE');
  const deadline = Math.min(...approvals.map((approval) => deadlineOf(run, approval)));
  await waitUntil(run, () => isDecided(approvals), deadline);
  const verdict = verdictOf(run, approvals);
  closeRest(run, approvals, verdict);
  return verdict;
}

const known = ({ build }: Run, rows: TimelineRecord[]): Approval[] =>
  build.approvals.filter(({ id }) => rows.some((row) => row.id === id));

function openApprovals(run: Run, checkpoint: TimelineRecord): Approval[] {
  const { world, tenant } = run;
  const checks = world.state.checks.filter(
    ({ resource, projectId }) =>
      projectId === tenant.projectId &&
      resource.type === 'environment' &&
      resource.id === String(tenant.environmentId),
  );
  return checks.map((check, index) => openApproval(run, checkpoint, { check, order: index + 2 }));
}

function openApproval(
  run: Run,
  checkpoint: TimelineRecord,
  { check, order }: { check: CheckConfiguration; order: number },
): Approval {
  const { world, build } = run;
  const approval = newApproval(check, nowOf(world));
  const type = 'Checkpoint.Approval';
  const identifier = `${checkpoint.identifier}.${check.id}`;
  const row = addRecord(world, build, {
    parent: checkpoint,
    type,
    name: type,
    identifier,
    order,
    id: approval.id,
  });
  startRecord(world, build, row);
  build.approvals.push(approval);
  record(world, build, 'gateOpened', { approvalId: approval.id, environment: check.resource.name });
  return approval;
}

function newApproval({ settings, timeoutMinutes }: CheckConfiguration, at: string): Approval {
  const isFirst = (index: number) => settings.executionOrder === 'anyOrder' || index === 0;
  return {
    id: newGuid(),
    status: 'pending',
    settings: structuredClone(settings),
    steps: settings.approvers.map((assignedApprover, index) => ({
      assignedApprover,
      actualApprover: null,
      status: isFirst(index) ? 'pending' : 'uninitiated',
      comment: '',
      order: index + 1,
      initiatedOn: at,
      lastModifiedOn: at,
    })),
    createdOn: at,
    lastModifiedOn: at,
    timeoutMinutes,
  };
}

const deadlineOf = ({ world }: Run, { createdOn, timeoutMinutes }: Approval): number =>
  Date.parse(createdOn) + (timeoutMinutes * MINUTE_MS) / world.options.clock.timeScale;

const isDecided = (approvals: readonly Approval[]): boolean =>
  approvals.some(({ status }) => status === 'rejected') || !approvals.some(isOpenApproval);

function verdictOf({ build }: Run, approvals: readonly Approval[]): GateVerdict {
  if (approvals.some(({ status }) => status === 'rejected')) return 'rejected';
  if (approvals.every(({ status }) => status === 'approved')) return 'open';
  return build.status === 'cancelling' || build.stagesToCancel.includes('DEPLOY') ? 'canceled' : 'timedOut';
}

function closeRest(run: Run, approvals: readonly Approval[], verdict: GateVerdict): void {
  const { world, build } = run;
  for (const approval of approvals) {
    if (isOpenApproval(approval)) {
      approval.status = verdict === 'timedOut' ? 'timedOut' : 'canceled';
      approval.lastModifiedOn = nowOf(world);
      closeSteps(approval);
      record(world, build, 'gateClosed', { approvalId: approval.id, gate: approval.status });
    }
    const row = build.records.find(({ id }) => id === approval.id);
    const result = approval.status === 'approved' ? 'succeeded' : RESULTS[verdict];
    if (row) endRecord(world, build, { record: row, result });
  }
  buildChanged(world, build);
}

/** `deadline` in milliseconds of the wall clock. */
async function waitUntil(run: Run, isDone: () => boolean, deadline: number | null): Promise<void> {
  const { clock } = run.world.options;
  const expiry = new AbortController();
  const over = AbortSignal.any([run.signal, expiry.signal]);
  if (deadline !== null) {
    const restMs = (deadline - clock.now().getTime()) * clock.timeScale;
    void clock.sleep(restMs, over).then(() => expiry.abort());
  }
  while (!isDone() && !over.aborted) await run.world.wakeUp.next(over);
  expiry.abort();
  goOn(run);
}
