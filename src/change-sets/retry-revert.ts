import type { Viewer } from '../access/viewer.ts';
import type { RunId } from '../lib/ids.ts';
import type { Services } from '../sync-runs/services.ts';
import type { Revert } from './change-set.ts';

/** Refusals: NotFound, InvalidInput, ActionRefused. Throws Forbidden. */
export function retryRevert(
  services: Services,
  viewer: Viewer,
  input: { runId: RunId; overwritePaths: string[] },
): Promise<Revert> {
  throw new Error(`not built: ${String(services)} ${String(viewer)} ${String(input)}`);
}
