/** The desired state at a moment: as the tenant's own files say it, and as it is when all is filled in. */
import { DESIRED_BRANCH, DESIRED_STATE_BRANCH } from './contract.ts';
import { desiredFiles, type Inheritance } from './inheritance.ts';
import { type StageContext, StageError } from './stage.ts';
import { configurationFilesOf } from './tenant-files.ts';

type Files = ReadonlyMap<string, string>;

export type DesiredState = {
  /** The head of `main`. */
  mainSha: string;
  own: Files;
  inheritance: Inheritance;
  files: Files;
};

export async function desiredStateAt(
  { repository, inheritanceAt }: StageContext,
  mainSha: string,
): Promise<DesiredState> {
  const own = configurationFilesOf(await repository.readFiles(mainSha));
  const inheritance = await inheritanceAt(mainSha);
  return { mainSha, own, inheritance, files: desiredFiles(own, inheritance) };
}

/** Previews lose a race only against another run of the same tenant. */
const MAX_TRIES = 5;

/**
 * A commit that holds exactly these files: `main` itself where it inherits nothing; otherwise the head of
 * `desired-state`, which only previews write, so that everybody reviews and deploys what was filled in then.
 */
export async function commitOfDesired(
  { repository, buildId }: StageContext,
  { mainSha, own, files }: DesiredState,
): Promise<string> {
  for (let attempt = 1; attempt <= MAX_TRIES; attempt += 1) {
    const head = await repository.head(DESIRED_STATE_BRANCH);
    if (head === null && areEqual(own, files)) return mainSha;
    const present = head === null ? new Map<string, string>() : await repository.readFiles(head);
    const edits = editsBetween(present, files);
    if (head !== null && edits.size === 0) return head;
    const message = `Fill in ${DESIRED_BRANCH} at ${mainSha} (run ${buildId}) [skip ci]`;
    const commit = { branch: DESIRED_STATE_BRANCH, expectedHead: head, message, files: edits };
    const made = await repository.commit(commit);
    if (made !== null) return made;
  }
  throw new StageError(
    'BRANCH_MOVED',
    `The branch "${DESIRED_STATE_BRANCH}" moved ${MAX_TRIES} times while the preview was being made. Sync again when no other run of this tenant is open.`,
  );
}

const areEqual = (a: Files, b: Files) => editsBetween(a, b).size === 0;

/** null removes. */
export function editsBetween(from: Files, to: Files): Map<string, string | null> {
  const edits = new Map<string, string | null>();
  for (const [path, content] of to) if (from.get(path) !== content) edits.set(path, content);
  for (const path of from.keys()) if (!to.has(path)) edits.set(path, null);
  return edits;
}
