import type { Viewer } from '../access/viewer.ts';
import type { ChangeSetId } from '../lib/ids.ts';
import type { Services } from '../sync-runs/services.ts';
import type { Decision, DecisionVerdict } from './change-set.ts';

export type DecideInput = {
  changeSetId: ChangeSetId;
  digest: string;
  verdict: DecisionVerdict;
  comment: string | null;
  force: boolean;
};

/** Refusals: NotFound, InvalidInput, ActionRefused, DigestDiffers, AlreadyDecided. Throws Forbidden. */
export function decide(services: Services, viewer: Viewer, input: DecideInput): Promise<Decision> {
  throw new Error(`not built: ${String(services)} ${String(viewer)} ${String(input)}`);
}
