import type { Viewer } from '../access/viewer.ts';
import type { TenantId } from '../lib/ids.ts';
import type { SyncMode } from '../pipeline/contract.ts';
import type { Services } from './services.ts';
import type { SyncRun } from './sync-run.ts';

/** Refusals: NotFound, InvalidInput, SyncAlreadyOpen, ActionRefused. Throws Forbidden. */
export function startSync(
  services: Services,
  viewer: Viewer,
  input: { tenantId: TenantId; mode: SyncMode; comment: string | null },
): Promise<SyncRun> {
  throw new Error(`not built: ${String(services)} ${String(viewer)} ${String(input)}`);
}
