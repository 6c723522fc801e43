/** A change set's content: which files differ comes from the hand-over's two commits, every value from Git. */
import type { AzureDevOps, RepositoryRef } from '../azure-devops/port.ts';
import { DESIRED_BRANCH, TENANT_STATE_BRANCH } from '../pipeline/contract.ts';
import { changeSetDigest } from '../pipeline/change-set-digest.ts';
import { readPath } from '../pipeline/configuration-file.ts';
import { compareFiles } from '../pipeline/differences.ts';
import type { Change, ChangeSet } from './change-set.ts';

export type ChangeSetContent = Pick<ChangeSet, 'tenantStateSha' | 'desiredSha' | 'digest' | 'attempt'> & {
  changes: Omit<Change, 'id' | 'changeSetId' | 'position' | 'result' | 'resultError'>[];
};

export type Preview = { tenantStateSha: string; desiredSha: string };

/** What the pipeline handed over; without it (attachments may get lost) the two branches as they stand now. */
export async function readPreview(
  azure: AzureDevOps,
  repository: RepositoryRef,
  buildId: number,
): Promise<Preview | null> {
  const handedOver = await azure.readChangeSet(repository, buildId);
  if (handedOver) return handedOver;
  const [tenantStateSha, desiredSha] = await Promise.all([
    azure.readHead(repository, TENANT_STATE_BRANCH),
    azure.readHead(repository, DESIRED_BRANCH),
  ]);
  return tenantStateSha && desiredSha ? { tenantStateSha, desiredSha } : null;
}

/** Reads the files that differ between the two commits, compares them and computes the digest. */
export async function readContent(
  azure: AzureDevOps,
  repository: RepositoryRef,
  preview: Preview & { attempt: number; digestKey: Buffer },
): Promise<ChangeSetContent> {
  const [before, after] = await Promise.all([
    azure.listFiles(repository, preview.tenantStateSha),
    azure.listFiles(repository, preview.desiredSha),
  ]);
  const paths = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => readPath(path) !== null && before.get(path) !== after.get(path),
  );
  const [tenantState, desired] = await Promise.all([
    readTexts(azure, repository, pick(before, paths)),
    readTexts(azure, repository, pick(after, paths)),
  ]);
  const differences = compareFiles(tenantState, desired);
  const { tenantStateSha, desiredSha, attempt, digestKey } = preview;
  return {
    tenantStateSha,
    desiredSha,
    attempt,
    digest: changeSetDigest(differences, digestKey),
    changes: differences.map(
      ({ kind, configurationType, category, displayName, path, properties, diff }) => ({
        kind,
        configurationType,
        category,
        displayName,
        path,
        properties,
        diff,
      }),
    ),
  };
}

const pick = (files: Map<string, string>, paths: string[]) =>
  new Map(paths.flatMap((path) => (files.has(path) ? [[path, files.get(path) ?? ''] as const] : [])));

/** Blobs read at the same time: enough to hide latency, too few to be noticed as a burst. */
const BLOBS_AT_ONCE = 8;

async function readTexts(azure: AzureDevOps, repository: RepositoryRef, files: Map<string, string>) {
  const texts = new Map<string, string>();
  const waiting = [...files];
  const readNext = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [path, blobId] = next;
      texts.set(path, (await azure.readBlob(repository, blobId)).toString('utf8'));
    }
  };
  await Promise.all(Array.from({ length: BLOBS_AT_ONCE }, readNext));
  return texts;
}
