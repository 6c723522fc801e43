/** A change set's content: which files differ comes from the hand-over's two commits, every value from Git. */
import type { AzureDevOps, RepositoryRef } from '../azure-devops/port.ts';
import { readAhead } from '../lib/read-ahead.ts';
import { byCodeUnits } from '../pipeline/canonical-json.ts';
import { DESIRED_BRANCH, DESIRED_STATE_BRANCH, TENANT_STATE_BRANCH } from '../pipeline/contract.ts';
import { readPath } from '../pipeline/configuration-file.ts';
import { compareFile, type FileDifference } from '../pipeline/differences.ts';

export type Preview = { tenantStateSha: string; desiredSha: string };

/** What the pipeline handed over; without it (attachments may get lost) the two branches as they stand now. */
export async function readPreview(
  azure: AzureDevOps,
  repository: RepositoryRef,
  buildId: number,
): Promise<Preview | null> {
  const handedOver = await azure.readChangeSet(repository, buildId);
  if (handedOver) return handedOver;
  const [tenantStateSha, filledIn, main] = await Promise.all([
    azure.readHead(repository, TENANT_STATE_BRANCH),
    azure.readHead(repository, DESIRED_STATE_BRANCH),
    azure.readHead(repository, DESIRED_BRANCH),
  ]);
  const desiredSha = filledIn ?? main;
  return tenantStateSha && desiredSha ? { tenantStateSha, desiredSha } : null;
}

/** Files of which both sides are in memory at the same time: enough to hide latency, too few for a burst. */
const FILES_AT_ONCE = 8;

/**
 * What differs between the two commits, in the order of the paths. Files are read while the differences are taken, so a
 * change set of any size needs the memory of a few files.
 */
export async function* readDifferences(
  azure: AzureDevOps,
  repository: RepositoryRef,
  { tenantStateSha, desiredSha }: Preview,
): AsyncGenerator<FileDifference> {
  const [before, after] = await Promise.all([
    azure.listFiles(repository, tenantStateSha),
    azure.listFiles(repository, desiredSha),
  ]);
  const paths = [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => readPath(path) !== null && before.get(path) !== after.get(path))
    .sort(byCodeUnits);
  const textOf = async (blobId: string | undefined) =>
    blobId === undefined ? null : (await azure.readBlob(repository, blobId)).toString('utf8');
  const differences = readAhead(paths, FILES_AT_ONCE, async (path) => {
    const [tenantState, desired] = await Promise.all([textOf(before.get(path)), textOf(after.get(path))]);
    return compareFile(path, tenantState, desired);
  });
  for await (const difference of differences) if (difference) yield difference;
}
