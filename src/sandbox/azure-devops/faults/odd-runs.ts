/** What Azure DevOps itself, its administrators and its housekeeping do to a run. */
import { STAGE_IDENTIFIERS } from '../../../pipeline/contract.ts';
import { conflict } from '../azure-error.ts';
import { isOpen, type Build } from '../build.ts';
import { AZURE_DEVOPS, personNamed } from '../identity.ts';
import type { Approval, Tenant } from '../model.ts';
import { cancelBuild, startStagesOver } from '../runs/change-build.ts';
import { addIssue } from '../runs/timeline.ts';
import { buildChanged, nextNumber, nowOf, record, worldChanged, type World } from '../world.ts';

/** Why a run is stopped although nobody asked for it. */
export const SYSTEM_STOPS = ['exclusive-lock', 'time-limit', 'lost-agent'] as const;
export type SystemStop = (typeof SYSTEM_STOPS)[number];

export function stopBySystem(world: World, build: Build, why: SystemStop): void {
  if (!isOpen(build)) throw conflict(`Run ${build.id} has ended.`, 'BuildStatusInvalidChangeException');
  if (why !== 'exclusive-lock') tellOnJob(world, build, SENTENCES[why]);
  record(world, build, 'stoppedBySystem', { why });
  switch (why) {
    case 'exclusive-lock':
    case 'time-limit':
      return cancelBuild(world, build, AZURE_DEVOPS);
    case 'lost-agent':
      build.hasLostAgent = true;
      buildChanged(world, build, AZURE_DEVOPS);
      world.agents.cancel(build);
  }
}

const SENTENCES = {
  'time-limit':
    'The job running on agent Azure Pipelines 2 ran longer than the maximum time of 60 minutes. For more information, see https://go.microsoft.com/fwlink/?linkid=2077134',
  'lost-agent':
    'We stopped hearing from agent Azure Pipelines 2. Verify the agent machine is running and has a healthy network connection.',
} as const;

function tellOnJob(world: World, build: Build, message: string): void {
  const job = build.records.findLast(({ type, state }) => type === 'Job' && state === 'inProgress');
  if (!job) throw conflict(`Run ${build.id} has no job at work.`, 'BuildStatusInvalidChangeException');
  addIssue(world, build, { record: job, type: 'error', category: 'General', message, data: {} });
}

/** Retention, or an administrator, removes the run, an open one too. */
export function removeRun(world: World, build: Build): void {
  cancelBuild(world, build, AZURE_DEVOPS);
  build.isDeleted = true;
  buildChanged(world, build, AZURE_DEVOPS);
  record(world, build, 'deleted', { by: AZURE_DEVOPS.displayName });
}

/** Nobody decided within the gate's time limit. */
export function expireGate(world: World, build: Build): void {
  const approval = openGate(build);
  changeGate(world, build, approval, 'timedOut');
  record(world, build, 'gateClosed', { approvalId: approval.id, gate: 'timedOut' });
}

/** The preview runs once more behind the back of those who review, and hands over what it finds by now. */
export function previewAgain(world: World, build: Build): Promise<void> {
  openGate(build);
  startStagesOver(world, build, ['PREVIEW']);
  return world.agents.runBeside(build, 'PREVIEW');
}

/** Somebody approved, but only from a later time on: until then nothing happens. */
export function deferGate(world: World, build: Build, by: string): void {
  const approval = openGate(build);
  changeGate(world, build, approval, 'deferred');
  record(world, build, 'gateDeferred', { approvalId: approval.id, by });
  buildChanged(world, build, personNamed(by));
}

function openGate(build: Build): Approval {
  const approval = build.approvals.findLast(({ status }) => status === 'pending');
  if (!approval) throw conflict(`Run ${build.id} waits for no approval.`, 'ApprovalNotFoundException');
  return approval;
}

function changeGate(world: World, build: Build, approval: Approval, status: Approval['status']): void {
  approval.status = status;
  approval.lastModifiedOn = nowOf(world);
  buildChanged(world, build);
}

/** Whether the pipeline may use the environment; without that its runs wait for an administrator. */
export function permitPipeline(world: World, tenant: Tenant, isPermitted: boolean): void {
  const environment = world.state.environments.find(({ id }) => id === tenant.environmentId);
  if (!environment)
    throw new Error(`${STAGE_IDENTIFIERS.DEPLOY} of ${tenant.key.repository} has no environment.`);
  const others = environment.permittedDefinitionIds.filter((id) => id !== tenant.definitionId);
  environment.permittedDefinitionIds = isPermitted ? [...others, tenant.definitionId] : others;
  worldChanged(world);
}

/** How many approval checks the tenant's environment has: several open at the same time, 0 leaves it without a gate. */
export function setGates(world: World, tenant: Tenant, count: number): void {
  const { checks } = world.state;
  const isOwn = (check: (typeof checks)[number]) => check.resource.id === String(tenant.environmentId);
  const own = checks.filter(isOwn);
  const [model] = own;
  if (!model) throw new Error(`${tenant.key.repository} has no approval check that could be repeated.`);
  const more = Array.from({ length: Math.max(0, count - own.length) }, () => ({
    ...structuredClone(model),
    id: nextNumber(world, 'check'),
  }));
  world.state.checks = [...checks.filter((check) => !isOwn(check)), ...own.slice(0, count), ...more];
  worldChanged(world);
}
