import { pause } from '../../lib/pause.ts';
import { fileOf } from '../../pipeline/configuration-file.ts';
import { DESIRED_BRANCH } from '../../pipeline/contract.ts';
import { configurationFilesOf } from '../../pipeline/tenant-files.ts';
import type { RegisteredTenant } from '../registry.ts';
import type { ControlParts } from './sandbox-control.ts';

const WAIT_AT_MOST_MS = 30_000;
const LOOK_AGAIN_MS = 100;

/**
 * Brings tenants, repositories, behaviours and sign-ins back to the beginning, and switches faults off. Runs stay on record, because Azure
 * DevOps forgets none either, and because the API knows them by their numbers.
 */
export async function resetSandbox(parts: ControlParts): Promise<{ canceledRuns: number }> {
  const { world, registry, tenants, entra, receiver } = parts;
  receiver.answerWith({ status: 204 });
  entra.letTenantTokensLive(null);
  world.faults.switchOff();
  world.setHookManners({});
  for (const tenant of registry.list()) world.setBehaviour(tenant, {});
  const canceledRuns = await cancelEverything(parts);
  for (const tenant of registry.list()) {
    tenants.reset(tenant.directoryId);
    if (tenant.authentication === 'delegated') entra.revoke(tenant.directoryId);
    await restoreMain(parts, tenant);
  }
  return { canceledRuns };
}

async function cancelEverything({ world }: ControlParts): Promise<number> {
  const openRuns = () => world.runs().filter(({ phase }) => phase !== 'FINISHED');
  const toCancel = openRuns().filter(({ phase }) => phase !== 'CANCELING');
  for (const { buildId } of toCancel) {
    // It may have ended since.
    await world.cancel(buildId, 'Sandbox Administrator').catch(() => undefined);
  }
  const until = Date.now() + WAIT_AT_MOST_MS;
  while (openRuns().length > 0 && Date.now() < until) await pause(LOOK_AGAIN_MS);
  return toCancel.length;
}

async function restoreMain({ world, tenants }: ControlParts, tenant: RegisteredTenant): Promise<void> {
  const first = new Map(
    tenants
      .read(tenant.directoryId)
      .map(fileOf)
      .map(({ path, content }) => [path, content]),
  );
  if (tenant.inheritsFrom) {
    const baseline = await world.readFiles({ ...tenant, repository: tenant.inheritsFrom }, DESIRED_BRANCH);
    for (const [path, content] of baseline) if (first.get(path) === content) first.delete(path);
  }
  const present = configurationFilesOf(await world.readFiles(tenant, DESIRED_BRANCH));
  for (const path of new Set([...first.keys(), ...present.keys()])) {
    const content = first.get(path) ?? null;
    if (present.get(path) !== (content ?? undefined))
      await world.editFile(tenant, path, content, 'Reset the sandbox');
  }
}
