import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDifferences } from '../../src/change-sets/change-set-content.ts';
import { dropOldDrafts } from '../../src/change-sets/change-set-drafts.ts';
import { changes, changeSetDrafts, changeSets } from '../../src/change-sets/change-sets.table.ts';
import { storeChangeSet } from '../../src/change-sets/store-change-set.ts';
import { newId } from '../../src/lib/ids.ts';
import { changeSetDigest } from '../../src/pipeline/change-set-digest.ts';
import { compareFile, compareFiles, type FileDifference } from '../../src/pipeline/differences.ts';
import type { SyncRun } from '../../src/sync-runs/sync-run.ts';
import { type Api, startApi } from '../support/api.ts';
import {
  azureAt,
  DESIRED_SHA,
  filesOf,
  REPOSITORY,
  serveBigChangeSet,
  TENANT_STATE_SHA,
} from '../support/big-change-set.ts';
import { addRun, addTenant } from '../support/rows.ts';

/** Four of them are more than one statement takes. */
const SIZE = { files: 30, bytesEach: 300_000 };
const digestKey = Buffer.alloc(32, 1);
const commits = { tenantStateSha: TENANT_STATE_SHA, desiredSha: DESIRED_SHA };

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const newRun = async (name: string) => addRun(api.db, await addTenant(api.db, name), { buildId: 1 });
const store = (run: SyncRun, differences: AsyncIterable<FileDifference>) =>
  storeChangeSet(api.db, run, { ...commits, attempt: 1, digestKey, differences });
const stored = (run: SyncRun) => api.db.select().from(changeSets).where(eq(changeSets.runId, run.id));
const rowsOf = (changeSetId: `cs_${string}`) =>
  api.db.select().from(changes).where(eq(changes.changeSetId, changeSetId)).orderBy(changes.position);
const draftsLeft = () => api.db.select().from(changeSetDrafts);

async function* listOf(differences: (FileDifference | null)[], failure?: Error) {
  for (const difference of differences) if (difference) yield await Promise.resolve(difference);
  if (failure) throw failure;
}

const added = (path: string) => compareFile(path, null, '{"state":"enabled"}');
const PATH = 'Source/Resources/Content/MSGraph/Groups';

test('What differs between two commits is stored file by file, and digested as if it were at hand at once', async () => {
  await using azure = await serveBigChangeSet(SIZE);
  const run = await newRun('whole');
  const digest = await store(run, readDifferences(azureAt(azure.url), REPOSITORY, commits));
  const whole = compareFiles(filesOf('tenantState', SIZE), filesOf('desired', SIZE));
  expect(digest).toBe(changeSetDigest(whole, digestKey));
  const [changeSet, ...others] = await stored(run);
  expect(others).toEqual([]);
  expect(changeSet).toMatchObject({ digest, summary: { added: 10, changed: 10, removed: 10 } });
  const rows = await rowsOf(changeSet?.id ?? 'cs_');
  expect(
    rows.map(({ position, path, kind, diff, properties }) => ({ position, path, kind, diff, properties })),
  ).toEqual(
    whole.map(({ path, kind, diff, properties }, position) => ({ position, path, kind, diff, properties })),
  );
});

test('A preview that two look at is stored once', async () => {
  const run = await newRun('twice');
  const differences = [added(`${PATH}/A.json`), added(`${PATH}/B.json`)];
  const digests = await Promise.all([1, 2, 3].map(() => store(run, listOf(differences))));
  expect(new Set(digests).size).toBe(1);
  const [changeSet, ...others] = await stored(run);
  expect(others).toEqual([]);
  expect(await rowsOf(changeSet?.id ?? 'cs_')).toHaveLength(2);
  expect(await api.db.$count(changes, eq(changes.path, `${PATH}/A.json`))).toBe(1);
  expect(await draftsLeft()).toEqual([]);
});

test('Nothing is left of one that could not be read to its end, nor of one without changes', async () => {
  const run = await newRun('broken');
  const broken = listOf([added(`${PATH}/C.json`)], new Error('Azure DevOps went away.'));
  await expect(store(run, broken)).rejects.toThrow('went away');
  await store(run, listOf([]));
  expect(await stored(run)).toEqual([]);
  expect(await api.db.$count(changes, eq(changes.path, `${PATH}/C.json`))).toBe(0);
  expect(await draftsLeft()).toEqual([]);
});

test('What a process left behind that was killed meanwhile is removed a day later', async () => {
  const id = newId('cs');
  const now = Date.now();
  await api.db.insert(changeSetDrafts).values({ id, startedAt: new Date(now - 1_000) });
  const { before: _, after: __, invalid: ___, ...shown } = added(`${PATH}/D.json`) ?? raise();
  await api.db.insert(changes).values({ ...shown, id: newId('chg'), changeSetId: id, position: 0 });
  expect(await dropOldDrafts(api.db, new Date(now - 2_000))).toBe(0);
  expect(await rowsOf(id)).toHaveLength(1);
  expect(await dropOldDrafts(api.db, new Date(now))).toBe(1);
  expect(await rowsOf(id)).toEqual([]);
});

test('A file whose name holds an encoded NUL can be stored, too', async () => {
  const run = await newRun('nul');
  await store(run, listOf([added(`${PATH}/A%00B.json`)]));
  const [changeSet] = await stored(run);
  expect(await rowsOf(changeSet?.id ?? 'cs_')).toMatchObject([{ displayName: 'A\uFFFDB' }]);
});

function raise(): never {
  throw new Error('A file that is new is a difference.');
}
