import {
  ATTACHMENT_LIMIT_BYTES,
  CHANGE_SET_ARTIFACT,
  CHANGE_SET_ATTACHMENT,
  type ChangeEntry,
  type ChangeSetAttachment,
  DESIRED_BRANCH,
  PREVIEW_READY_TAG,
  TENANT_STATE_BRANCH,
} from '../contract.ts';
import { changeSetDigest } from '../change-set-digest.ts';
import { compareFiles, type FileDifference } from '../differences.ts';
import { commitOfDesired, desiredStateAt } from '../desired-state.ts';
import { planLines } from '../plan-text.ts';
import { type Repository, type StageContext, StageError, type StageOutcome } from '../stage.ts';
import { configurationFilesOf } from '../tenant-files.ts';

/** Compares the desired state with the tenant's, and publishes what deploying would change. */
export async function preview(context: StageContext): Promise<StageOutcome> {
  const { report, repository } = context;
  const { digestKey } = await context.credential('PREVIEW');
  const tenantStateSha = await headOf(repository, TENANT_STATE_BRANCH);
  const desired = await desiredStateAt(context, await headOf(repository, DESIRED_BRANCH));
  report.progress(30, 'Comparing the desired state with the tenant');
  const tenantState = configurationFilesOf(await repository.readFiles(tenantStateSha));
  const differences = compareFiles(tenantState, desired.files);
  for (const line of planLines(differences)) report.log(line);
  const changesNeeded = differences.length > 0;
  if (context.isWhatIf) return { succeeded: true, changesNeeded };

  const digest = changeSetDigest(differences, Buffer.from(digestKey, 'base64'));
  const desiredSha = await commitOfDesired(context, desired);
  await publish(context, {
    version: 1,
    tenantStateSha,
    desiredSha,
    ...(desiredSha === desired.mainSha ? {} : { mainSha: desired.mainSha }),
    digest,
    changes: differences.map(entryOf),
  });
  await report.addTag(PREVIEW_READY_TAG);
  report.progress(100, changesNeeded ? `${differences.length} changes` : 'Nothing to change');
  return { succeeded: true, changesNeeded };
}

/** What deploying the second commit over the first would change, in the order of the paths. */
export async function differencesBetween(
  repository: Repository,
  tenantStateSha: string,
  desiredSha: string,
): Promise<FileDifference[]> {
  const tenantState = configurationFilesOf(await repository.readFiles(tenantStateSha));
  return compareFiles(tenantState, configurationFilesOf(await repository.readFiles(desiredSha)));
}

async function publish({ report }: StageContext, changeSet: ChangeSetAttachment): Promise<void> {
  const whole = JSON.stringify(changeSet);
  if (Buffer.byteLength(whole) <= ATTACHMENT_LIMIT_BYTES) {
    await report.attach({ ...CHANGE_SET_ATTACHMENT, content: whole });
    return;
  }
  await report.publishArtifact(CHANGE_SET_ARTIFACT, new Map([[CHANGE_SET_ATTACHMENT.name, whole]]));
  const { changes: _, ...short } = changeSet;
  await report.attach({
    ...CHANGE_SET_ATTACHMENT,
    content: JSON.stringify({ ...short, artifact: CHANGE_SET_ARTIFACT }),
  });
}

const entryOf = ({ kind, configurationType, path, displayName }: FileDifference): ChangeEntry => ({
  kind,
  configurationType,
  path,
  displayName,
});

async function headOf(repository: Repository, branch: string): Promise<string> {
  const head = await repository.head(branch);
  if (head !== null) return head;
  throw new StageError(
    'BRANCH_MISSING',
    `The repository has no branch "${branch}", so there is nothing to compare. Run a sync with the stage Backup first.`,
  );
}
