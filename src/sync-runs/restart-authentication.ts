import type { Viewer } from '../access/viewer.ts';
import type { RunId } from '../lib/ids.ts';
import type { Services } from './services.ts';
import type { SyncRun } from './sync-run.ts';

/** A new code within the run's sign-in window. Refusals: NotFound, ActionRefused. Throws Forbidden. */
export function restartAuthentication(services: Services, viewer: Viewer, runId: RunId): Promise<SyncRun> {
  throw new Error(`not built: ${String(services)} ${String(viewer)} ${runId}`);
}
