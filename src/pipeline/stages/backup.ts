import { type DesiredState, desiredStateAt, editsBetween } from '../desired-state.ts';
import { ownEdit } from '../inheritance.ts';
import { isJsonObject } from '../canonical-json.ts';
import { contentOf, parseProperties, readPath } from '../configuration-file.ts';
import { DESIRED_BRANCH, TENANT_STATE_BRANCH } from '../contract.ts';
import { type StageContext, StageError, type StageOutcome } from '../stage.ts';
import { configurationFilesOf, readTenantFiles, sayTheSame } from '../tenant-files.ts';

type Files = ReadonlyMap<string, string>;
type Edits = Map<string, string | null>;

/** People push to `main` while a backup runs; five lost races in a row mean something else is wrong. */
const MAX_TRIES = 5;

/**
 * Brings the tenant's own changes to `main`, then records its state on `tenant-state`. In this order a backup that
 * dies in between is simply done again: the other way round the changes would count as known, and be undone.
 */
export async function backup(context: StageContext): Promise<StageOutcome> {
  const { report, repository } = context;
  const granted = await context.credential('BACKUP');
  report.progress(10, 'Reading the tenant');
  const { files, shared } = await readTenantFiles(context.connect('BACKUP', granted));
  report.log(`The tenant has ${files.size} configuration objects.`);

  const recordedHead = await repository.head(TENANT_STATE_BRANCH);
  const recorded = recordedHead === null ? new Map<string, string>() : await filesAt(context, recordedHead);
  const state = withRecorded(files, recorded, [...shared.keys()]);
  report.progress(50, 'Comparing with the previous backup');
  const brought = await commitEdits(context, DESIRED_BRANCH, async (_own, head) => {
    if (head === null) return tenantsOwnChanges(recorded, state, new Map());
    const desired = await desiredStateAt(context, head);
    return asOwnFiles(tenantsOwnChanges(recorded, state, desired.files), desired);
  });
  report.log(`${brought} files of main ${context.isWhatIf ? 'would ' : ''}follow the tenant.`);
  const saved = await commitEdits(context, TENANT_STATE_BRANCH, (present) =>
    Promise.resolve(editsBetween(present, state)),
  );
  report.log(saved === 0 ? 'The tenant is as it was at the previous backup.' : `${saved} files backed up.`);
  report.progress(100, 'Backed up');
  for (const message of shared.values()) report.error('DUPLICATE_NAME', message);
  return shared.size === 0 ? { succeeded: true } : { succeeded: true, withIssues: true };
}

/** Where the tenant does not say which object a file stands for, the file stays as it was. */
function withRecorded(files: Files, recorded: Files, paths: readonly string[]): Files {
  const kept = paths.flatMap((path) => {
    const content = recorded.get(path);
    return content === undefined ? [] : [[path, content] as const];
  });
  return new Map([...files, ...kept]);
}

/** What changed in the tenant since the previous backup, where `main` still says what that backup saw. */
export function tenantsOwnChanges(recorded: Files, state: Files, desired: Files): Edits {
  const edits: Edits = new Map();
  for (const [path, content] of editsBetween(recorded, state)) {
    const present = desired.get(path) ?? null;
    const isUntouched = sayTheSame(path, present, recorded.get(path) ?? null);
    if (isUntouched && !sayTheSame(path, present, content))
      edits.set(path, withMetadata(path, present, content));
  }
  return edits;
}

/** By which edits of its own files a tenant comes to these, with what it inherits. */
function asOwnFiles(edits: Edits, { own, inheritance }: DesiredState): Edits {
  const written = [...edits].map(
    ([path, content]) => [path, ownEdit(path, content, { own, inheritance })] as const,
  );
  return new Map(written.filter(([path, content]) => content !== (own.get(path) ?? null)));
}

// `$` keys are notes of the repository; the tenant does not know them, so following the tenant must not drop them.
function withMetadata(path: string, present: string | null, content: string | null): string | null {
  const type = readPath(path)?.configurationType;
  if (present === null || content === null || type === undefined) return content;
  const notes = Object.entries(parseProperties(path, present)).filter(([key]) => key.startsWith('$'));
  const properties = parseProperties(path, content);
  return notes.length > 0 && isJsonObject(properties)
    ? contentOf(type, { ...Object.fromEntries(notes), ...properties })
    : content;
}

const filesAt = async ({ repository }: StageContext, commit: string) =>
  configurationFilesOf(await repository.readFiles(commit));

function tellEdits({ report }: StageContext, branch: string, files: Edits): number {
  for (const [path, content] of files)
    report.log(`Would ${content === null ? 'remove' : 'write'} ${path} on ${branch}.`);
  return files.size;
}

/** Makes one commit of the edits, on whatever head the branch has by then; none when there is nothing to edit. */
async function commitEdits(
  context: StageContext,
  branch: string,
  editsOf: (files: Files, head: string | null) => Promise<Edits>,
): Promise<number> {
  const { repository, signal, buildId } = context;
  for (let attempt = 1; attempt <= MAX_TRIES; attempt += 1) {
    signal.throwIfAborted();
    const head = await repository.head(branch);
    const files = await editsOf(head === null ? new Map() : await filesAt(context, head), head);
    if (files.size === 0) return 0;
    if (context.isWhatIf) return tellEdits(context, branch, files);
    const message = `Back up the tenant (run ${buildId}): ${files.size} files [skip ci]`;
    if ((await repository.commit({ branch, expectedHead: head, message, files })) !== null) return files.size;
  }
  throw new StageError(
    'BRANCH_MOVED',
    `The branch "${branch}" moved ${MAX_TRIES} times while the backup was being committed. Sync again when nobody is pushing to it.`,
  );
}
