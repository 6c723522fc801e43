/** Everything that may be made to go wrong, as functions. */
import type { SimulatedAzureDevOps } from '../azure-devops/azure-devops-world.ts';
import type { HookManners } from '../azure-devops/faults/hook-sender.ts';
import type { SystemStop } from '../azure-devops/faults/odd-runs.ts';
import type { RequestFault, ShownFault } from '../azure-devops/faults/request-fault.ts';
import type { Deniable } from '../azure-devops/permissions.ts';
import type { NewNames } from '../azure-devops/rename.ts';
import type { TenantKey } from '../contract.ts';

export type Misbehaving = {
  world: SimulatedAzureDevOps;
  find: (reference: string) => TenantKey;
  /** Turns what the world refuses into an answer of the control API. */
  refusals: <Result>(act: Promise<Result>) => Promise<Result>;
};

export function misbehaving({ world, find, refusals }: Misbehaving) {
  return {
    faults: () => ({ switchedOn: world.faults.list(), requests: world.faults.counts() }),
    switchOn: (fault: RequestFault): ShownFault => world.faults.switchOn(fault),
    /** Without an id, all of them. */
    switchOff: (id: string | null = null): void => world.faults.switchOff(id),
    stopBySystem: (buildId: number, why: SystemStop) => refusals(world.stopBySystem(buildId, why)),
    removeRun: (buildId: number) => refusals(world.removeRun(buildId)),
    expireGate: (buildId: number) => refusals(world.expireGate(buildId)),
    deferGate: (buildId: number, by: string) => refusals(world.deferGate(buildId, by)),
    previewAgain: (buildId: number) => refusals(world.previewAgain(buildId)),
    /** Sandbox milliseconds that the approval comes later than the wait for it. */
    gateLate: (reference: string, ms: number) => {
      const tenant = find(reference);
      world.setBehaviour(tenant, { ...world.behaviourOf(tenant), gateLateMs: ms });
    },
    /** Sandbox milliseconds that agents take to stop. */
    slowCancel: (reference: string, ms: number) => {
      const tenant = find(reference);
      world.setBehaviour(tenant, { ...world.behaviourOf(tenant), cancelMs: ms });
    },
    permit: (reference: string, isPermitted: boolean) => world.permitPipeline(find(reference), isPermitted),
    deny: (reference: string, right: Deniable, isDenied: boolean) =>
      world.deny(find(reference), right, isDenied),
    removeIdentity: (displayName: string) => world.removeIdentity(displayName),
    rename: (reference: string, names: NewNames) => world.rename(find(reference), names),
    setGates: (reference: string, count: number) => world.setGates(find(reference), count),
    protectBranch: (reference: string, branch: string, isProtected: boolean) =>
      world.protectBranch(find(reference), branch, isProtected),
    setHookManners: (manners: Partial<HookManners>) => world.setHookManners(manners),
  };
}
