import { z } from 'zod';
import { badRequest, conflict, forbidden } from '../azure-error.ts';
import { commitFiles } from '../git/commit-files.ts';
import { NO_OBJECT, StaleReference } from '../git/git-store.ts';
import { gitPath } from '../git/tree.ts';
import { json } from '../http/answer.ts';
import { enumWord } from '../http/enum-words.ts';
import { type AzureRoute, type Call } from '../http/router.ts';
import { organizationUrl, repositoryUrl } from '../http/links.ts';
import { identityRef } from '../identity.ts';
import { mustBeAllowed, pushRight } from '../permissions.ts';
import { recordPush, signatureOf } from '../pushed.ts';
import { nextNumber, nowOf } from '../world.ts';
import { commitWire } from './commits.ts';
import { repositoryIn, type FoundRepository } from './find.ts';
import { branchOfRef, repositoryWire } from './repositories.ts';

export const pushRoutes: readonly AzureRoute[] = [
  { method: 'POST', pattern: 'git/repositories/{repository}/pushes', handle: push },
];

const word = z.union([z.string(), z.number()]).transform(String);
const changeBody = z.looseObject({
  changeType: word,
  item: z.looseObject({ path: z.string() }),
  sourceServerItem: z.string().nullish(),
  newContent: z.looseObject({ content: z.string(), contentType: word.nullish() }).nullish(),
});
const pushBody = z.looseObject({
  refUpdates: z.array(z.looseObject({ name: z.string(), oldObjectId: z.string() })).length(1),
  commits: z
    .array(
      z.looseObject({
        comment: z.string().nullish(),
        changes: z.array(changeBody).min(1),
        parents: z.array(z.string()).nullish(),
      }),
    )
    .length(1),
});

type Change = z.output<typeof changeBody>;

const CHANGE_TYPES = { add: 1, edit: 2, rename: 8, delete: 16 } as const;
const CONTENT_TYPES = { rawText: 0, base64Encoded: 1 } as const;

async function push(call: Call) {
  const found = repositoryIn(call);
  mustBeAllowed(call, pushRight(found.row), 'GenericContribute');
  const body = await call.request.body(pushBody);
  const [ref] = body.refUpdates;
  const [commit] = body.commits;
  if (!ref || !commit) throw badRequest('A push has one reference and one commit.');
  const branch = branchOfRef(ref.name);
  const isJob = call.world.agents.jobOfToken(call.caller.token) !== null;
  if (found.row.protectedBranches.includes(branch) && !isJob) throw byPullRequestOnly(ref.name);
  const start = await startOf(found, branch, { ...ref, parent: commit.parents?.[0] });
  const edits = await editsOf(found, start.parent, commit.changes);
  const author = signatureOf(call.caller.identity, call.world);
  const message = commit.comment ?? '';
  try {
    const newObjectId = await commitFiles(found.git, { branch, ...start, message, author, edits });
    recordPush(call.world, found.row, {
      branch,
      from: start.expectedHead,
      to: newObjectId,
      by: call.caller.identity,
    });
    return json(
      await pushWire(call, found, { name: ref.name, oldObjectId: ref.oldObjectId, newObjectId }),
      201,
    );
  } catch (error) {
    if (error instanceof StaleReference) throw stale(ref.name);
    throw error;
  }
}

const stale = (name: string) =>
  conflict(
    `TF401028: The reference '${name}' has already been updated by another client, so you cannot update it. Please try again.`,
    'GitReferenceStaleException',
  );

const byPullRequestOnly = (name: string) =>
  forbidden(
    `TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch (${name}).`,
    'GitRefUpdateRejectedByPolicyException',
  );

type Start = { expectedHead: string | null; parent: string | null };

/** A branch that is not there yet may start at a commit: named as its parent, or as where the branch "stood". */
async function startOf(
  { git }: FoundRepository,
  branch: string,
  { name, oldObjectId, parent }: { name: string; oldObjectId: string; parent: string | undefined },
): Promise<Start> {
  const head = await git.head(branch);
  const old = oldObjectId.toLowerCase();
  if (head !== null) {
    if (head !== old) throw stale(name);
    return { expectedHead: head, parent: head };
  }
  const base = parent?.toLowerCase() ?? (old === NO_OBJECT ? null : old);
  if (base !== null && !(await git.readCommit(base))) throw stale(name);
  return { expectedHead: null, parent: base };
}

async function editsOf({ git }: FoundRepository, parent: string | null, changes: Change[]) {
  const present = parent ? await git.filesOfCommit(parent) : new Map<string, unknown>();
  const edits = new Map<string, Buffer | null>();
  for (const change of changes) {
    const path = gitPath(change.item.path);
    const kind = enumWord(change.changeType, CHANGE_TYPES);
    if (!kind) throw badRequest(`The change type '${change.changeType}' is not supported in a push.`);
    checkPath({ path, kind, isThere: present.has(path) });
    if (kind === 'delete') edits.set(path, null);
    else if (kind === 'rename') await rename({ git, edits, change, path, parent });
    else edits.set(path, contentOf(change));
  }
  return edits;
}

function checkPath({ path, kind, isThere }: { path: string; kind: string; isThere: boolean }): void {
  if (
    path === '' ||
    path.split('/').some((part) => part === '' || part === '.' || part === '..' || part === '.git')
  ) {
    throw badRequest(`The path '/${path}' is not valid.`, 'InvalidArgumentValueException');
  }
  if (kind === 'add' && isThere) {
    throw badRequest(
      `TF401021: The path '/${path}' specified in the add operation already exists. Please specify a new path.`,
      'GitPathConflictException',
    );
  }
  if ((kind === 'edit' || kind === 'delete') && !isThere) {
    throw badRequest(
      `TF401022: The path '/${path}' specified in the ${kind} operation does not exist. Please specify an existing path.`,
      'GitPathConflictException',
    );
  }
}

type Rename = {
  git: FoundRepository['git'];
  edits: Map<string, Buffer | null>;
  change: Change;
  path: string;
  parent: string | null;
};

async function rename({ git, edits, change, path, parent }: Rename): Promise<void> {
  const source = gitPath(change.sourceServerItem ?? '');
  const file = parent ? (await git.filesOfCommit(parent)).get(source) : undefined;
  const old = file && (await git.readBlob(file.oid));
  if (!old)
    throw badRequest(`The path '/${source}' to be renamed does not exist.`, 'GitPathConflictException');
  edits.set(source, null);
  edits.set(path, change.newContent ? contentOf(change) : old);
}

function contentOf({ newContent, item }: Change): Buffer {
  if (!newContent) throw badRequest(`The change of '${item.path}' has no newContent.`);
  const type = enumWord(newContent.contentType ?? 'rawText', CONTENT_TYPES);
  return Buffer.from(newContent.content, type === 'base64Encoded' ? 'base64' : 'utf8');
}

async function pushWire(
  call: Call,
  found: FoundRepository,
  ref: { name: string; oldObjectId: string; newObjectId: string },
) {
  const { world, caller } = call;
  const commit = await found.git.readCommit(ref.newObjectId);
  const url = repositoryUrl(world, found.row);
  const pushId = nextNumber(world, 'push');
  return {
    commits: commit ? [commitWire(call, found, commit)] : [],
    refUpdates: [{ repositoryId: found.row.id, ...ref }],
    repository: repositoryWire(call, found.row),
    pushedBy: identityRef(caller.identity, organizationUrl(world, call.organization)),
    pushId,
    date: nowOf(world),
    url: `${url}/pushes/${pushId}`,
  };
}
