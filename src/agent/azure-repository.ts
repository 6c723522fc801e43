/**
 * A repository through the REST API of Azure DevOps. Git itself is not used: a push by REST names the head that it is
 * made for, leaves no credential on the agent's disk, and is the same on every agent.
 */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../pipeline/canonical-json.ts';
import type { Repository } from '../pipeline/stage.ts';
import { type AzureAccess, askAzure, readBytes, readItems, refused, textIn, wordsOf } from './azure-http.ts';
import { unzip } from './unzip.ts';

/** Names or ids. */
export type RepositoryPlace = AzureAccess & { project: string; repository: string };

const NO_COMMIT = '0'.repeat(40);
/** Blobs of one archive: some megabytes. */
const BLOBS_AT_ONCE = 500;
/** Azure takes no request above about 25 MB; base64 and JSON add a third. */
const PUSH_BYTES = 10 * 1024 * 1024;

type Edit = { path: string; content: string | null };

export function azureRepository(place: RepositoryPlace): Repository {
  const blobs = new Map<string, string>();
  const listings = new Map<string, Map<string, string>>();
  const list = async (commit: string) => {
    const listing = listings.get(commit) ?? (await listFiles(place, commit));
    listings.set(commit, listing);
    return listing;
  };
  return {
    head: (branch) => readHead(place, branch),
    async readFiles(commit) {
      const listing = await list(commit);
      await readBlobs(place, blobs, new Set(listing.values()));
      return new Map([...listing].map(([path, id]) => [path, blobs.get(id) ?? '']));
    },
    async commit({ branch, expectedHead, message, files }) {
      let head = expectedHead;
      const present = new Set(head === null ? [] : (await list(head)).keys());
      const edits = [...files].map(([path, content]): Edit => ({ path, content }));
      for (const part of inParts(edits)) {
        const pushed = await push(place, { branch, head, message, edits: part, present });
        if (pushed === null) return null;
        head = pushed;
      }
      return head;
    },
  };
}

const pathOf = ({ project, repository }: RepositoryPlace) =>
  `${encodeURIComponent(project)}/_apis/git/repositories/${encodeURIComponent(repository)}`;

async function readHead(place: RepositoryPlace, branch: string): Promise<string | null> {
  const refs = await readItems(place, {
    what: `read the head of ${branch}`,
    path: `${pathOf(place)}/refs`,
    query: { filter: `heads/${branch}` },
  });
  // The filter is a prefix: `heads/main` also finds `heads/maintenance`.
  const found = refs.find((ref) => ref.name === `refs/heads/${branch}`);
  return found ? textIn(found, 'objectId') : null;
}

/** Path → blob id; folders and submodules are left out. */
async function listFiles(place: RepositoryPlace, commit: string): Promise<Map<string, string>> {
  const items = await readTree(place, commit);
  const files = items.filter(({ gitObjectType }) => gitObjectType === 'blob');
  return new Map(files.map((item) => [textIn(item, 'path').replace(/^\//, ''), textIn(item, 'objectId')]));
}

const readTree = (place: RepositoryPlace, commit: string): Promise<JsonObject[]> =>
  readItems(place, {
    what: `list the files at ${commit}`,
    path: `${pathOf(place)}/items`,
    query: {
      scopePath: '/',
      recursionLevel: 'full',
      'versionDescriptor.version': commit,
      'versionDescriptor.versionType': 'commit',
    },
  });

/** The commit at which the repository holds a submodule; null when there is none at that path. */
export async function readSubmodule(
  place: RepositoryPlace,
  commit: string,
  path: string,
): Promise<string | null> {
  const items = await readTree(place, commit);
  const found = items.find((item) => item.gitObjectType === 'commit' && item.path === `/${path}`);
  return found ? textIn(found, 'objectId') : null;
}

/** Adds to `known` what it lacks. Which content is whose is told by the content itself. */
async function readBlobs(place: RepositoryPlace, known: Map<string, string>, wanted: ReadonlySet<string>) {
  const missing = [...wanted].filter((id) => !known.has(id));
  for (let at = 0; at < missing.length; at += BLOBS_AT_ONCE) {
    const ids = missing.slice(at, at + BLOBS_AT_ONCE);
    const archive = await readBytes(place, {
      what: `read ${ids.length} files`,
      method: 'POST',
      path: `${pathOf(place)}/blobs`,
      query: { $format: 'zip' },
      accept: 'application/zip',
      body: ids,
    });
    for (const content of unzip(archive)) known.set(blobIdOf(content), content.toString('utf8'));
    for (const id of ids.filter((each) => !known.has(each))) known.set(id, await readBlob(place, id));
  }
}

const blobIdOf = (content: Buffer) =>
  createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');

async function readBlob(place: RepositoryPlace, id: string): Promise<string> {
  const content = await readBytes(place, {
    what: `read the file ${id}`,
    path: `${pathOf(place)}/blobs/${id}`,
    query: { $format: 'octetStream' },
    accept: 'application/octet-stream',
  });
  return content.toString('utf8');
}

type Push = { branch: string; head: string | null; message: string; edits: Edit[]; present: Set<string> };

/** The new commit; null when the branch stands elsewhere by now. */
async function push(
  place: RepositoryPlace,
  { branch, head, message, edits, present }: Push,
): Promise<string | null> {
  const changes = edits.flatMap((edit) => changeOf(edit, present) ?? []);
  if (changes.length === 0) return head;
  const ask = {
    what: `push to ${branch}`,
    method: 'POST',
    path: `${pathOf(place)}/pushes`,
    body: {
      refUpdates: [{ name: `refs/heads/${branch}`, oldObjectId: head ?? NO_COMMIT }],
      commits: [{ comment: message, changes }],
    },
  } as const;
  const answer = await askAzure(place, ask);
  if (answer.status === 409 || wordsOf(answer.body).includes('TF401028')) return null;
  if (answer.status !== 201 && answer.status !== 200) throw refused(ask, answer);
  for (const { path, content } of edits) if (content !== null) present.add(path);
  return headAfter(place, branch, answer.body);
}

async function headAfter(place: RepositoryPlace, branch: string, body: Buffer): Promise<string | null> {
  const { commits } = JSON.parse(body.toString('utf8')) as { commits?: { commitId?: string }[] };
  return commits?.at(-1)?.commitId ?? readHead(place, branch);
}

/** Azure wants to be told which files are new, and refuses a wrong answer. */
function changeOf({ path, content }: Edit, present: ReadonlySet<string>): object | null {
  const item = { path: `/${path}` };
  if (content === null) return present.has(path) ? { changeType: 'delete', item } : null;
  const newContent = { content: Buffer.from(content).toString('base64'), contentType: 'base64encoded' };
  return { changeType: present.has(path) ? 'edit' : 'add', item, newContent };
}

function inParts(edits: readonly Edit[]): Edit[][] {
  const parts: Edit[][] = [];
  let room = 0;
  for (const edit of edits) {
    const size = Buffer.byteLength(edit.content ?? '');
    if (parts.length === 0 || size > room) {
      parts.push([]);
      room = PUSH_BYTES;
    }
    parts.at(-1)?.push(edit);
    room -= size;
  }
  return parts;
}

/** The text of one file; null when the commit has none there. */
export async function readFileAt(
  place: RepositoryPlace,
  commit: string,
  path: string,
): Promise<string | null> {
  const ask = {
    what: `read ${path} at ${commit}`,
    path: `${pathOf(place)}/items`,
    query: {
      path,
      $format: 'octetStream',
      'versionDescriptor.version': commit,
      'versionDescriptor.versionType': 'commit',
    },
    accept: 'application/octet-stream',
  };
  const answer = await askAzure(place, ask);
  if (answer.status === 404) return null;
  if (answer.status !== 200) throw refused(ask, answer);
  return answer.body.toString('utf8');
}
