import type { Viewer } from '../access/viewer.ts';
import type { RunId } from '../lib/ids.ts';
import type { Services } from './services.ts';
import type { SyncRun } from './sync-run.ts';

/** Refusals: NotFound, InvalidInput, ActionRefused. Throws Forbidden. */
export function cancelSync(
  services: Services,
  viewer: Viewer,
  input: { runId: RunId; comment: string | null; force: boolean },
): Promise<SyncRun> {
  throw new Error(`not built: ${String(services)} ${String(viewer)} ${String(input)}`);
}
