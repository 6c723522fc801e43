import { changeSetDigest } from '../change-set-digest.ts';
import {
  CHANGE_SET_ATTACHMENT,
  type ChangeSetAttachment,
  type CredentialGranted,
  PIPELINE_ERROR_CODES,
} from '../contract.ts';
import type { FileDifference } from '../differences.ts';
import { type StageContext, StageError } from '../stage.ts';
import { differencesBetween } from './preview.ts';

export type Reviewed = { differences: FileDifference[]; digest: string; granted: CredentialGranted };

/**
 * What was reviewed, and only that: the change set is made again from the two commits of the preview, and its digest
 * compared with the preview's and the approved one. Throws StageError before anything is written.
 */
export async function reviewedChangeSet(context: StageContext): Promise<Reviewed> {
  const granted = await context.credential('DEPLOY');
  const { digestKey, approvedDigest } = granted;
  const { tenantStateSha, desiredSha, digest: previewed } = await attachedChangeSet(context);
  const differences = await differencesBetween(context.repository, tenantStateSha, desiredSha);
  const digest = changeSetDigest(differences, Buffer.from(digestKey, 'base64'));
  refuseOtherDigest(digest, previewed, 'the preview showed');
  if (approvedDigest !== null) refuseOtherDigest(digest, approvedDigest, 'was approved');
  return { differences, digest, granted };
}

async function attachedChangeSet(context: StageContext): Promise<ChangeSetAttachment> {
  const text = await context.readAttachment(CHANGE_SET_ATTACHMENT.type, CHANGE_SET_ATTACHMENT.name);
  if (text !== null) return JSON.parse(text) as ChangeSetAttachment;
  throw new StageError(
    PIPELINE_ERROR_CODES.digestDiffers,
    `Run ${context.buildId} has no readable change set, so what was reviewed is unknown. Nothing was written; start another sync.`,
  );
}

function refuseOtherDigest(digest: string, expected: string, words: string): void {
  if (digest === expected) return;
  throw new StageError(
    PIPELINE_ERROR_CODES.digestDiffers,
    `The changes to deploy (digest ${digest}) are not those that ${words} (digest ${expected}). ` +
      'Nothing was written to the tenant; start another sync and review it again.',
  );
}
