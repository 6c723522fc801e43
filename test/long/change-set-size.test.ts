/** Change sets of any size: read, compared, digested, stored and paged, in a process that could not hold them. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeSetDigest } from '../../src/pipeline/change-set-digest.ts';
import { compareFiles } from '../../src/pipeline/differences.ts';
import { type Api, type Reply, startApi } from '../support/api.ts';
import { filesOf, serveBigChangeSet, type Size } from '../support/big-change-set.ts';
import { addRun, addTenant } from '../support/rows.ts';

/** The program alone takes 60 MB; with less than this the collector is at work all the time. */
const HEAP_MB = 160;
const PROGRAM = fileURLToPath(new URL('../support/store-big-change-set.ts', import.meta.url));

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

type Told = { digest: string; ms: number; heapMb: number; grewMb: number };
const run = promisify(execFile);

const SIZES: Record<string, Size> = {
  'one change': { files: 1, bytesEach: 100 },
  '50 MB in 10,000 changes': { files: 10_000, bytesEach: 5_200 },
  '50 MB in 50 changes': { files: 50, bytesEach: 1_048_576 },
};

test.each(Object.entries(SIZES))(
  'A change set of %s needs the memory of a few files, and is read page by page',
  { timeout: 600_000 },
  async (what, size) => {
    await using azure = await serveBigChangeSet(size);
    const row = await addRun(api.db, await addTenant(api.db, what), { buildId: 1 });
    const args = [`--max-old-space-size=${HEAP_MB}`, PROGRAM, api.databaseUrl, azure.url, row.id];
    const { stdout } = await run(process.execPath, args);
    const told = JSON.parse(stdout) as Told;
    console.log(
      `${what}: stored in ${told.ms} ms, heap at most ${told.heapMb} MB of ${HEAP_MB}, process grew by ${told.grewMb} MB`,
    );
    const whole = compareFiles(filesOf('tenantState', size), filesOf('desired', size));
    expect(whole).toHaveLength(size.files);
    expect(told.digest).toBe(changeSetDigest(whole, Buffer.alloc(32, 1)));

    const read = await readPages(row.id);
    expect(read.digest).toBe(told.digest);
    expect(read.changes).toEqual(whole.map(({ path, kind, diff }) => ({ path, kind, diff })));
    console.log(`${what}: ${read.pages} pages, the longest took ${read.longestMs} ms`);
  },
);

const PAGE = `query ($id: ID!, $after: String) {
  syncRun(id: $id) { changeSet { digest changes(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor } nodes { path kind diff }
  } } }
}`;
type Page = {
  syncRun: {
    changeSet: {
      digest: string;
      changes: {
        pageInfo: { hasNextPage: boolean; endCursor: string };
        nodes: { path: string; kind: string; diff: string }[];
      };
    };
  };
};

async function readPages(id: string) {
  const changes: { path: string; kind: string; diff: string }[] = [];
  let after: string | null = null;
  let longestMs = 0;
  for (let pages = 1; ; pages++) {
    const startedAt = performance.now();
    const reply: Reply<Page> = await api.ask<Page, unknown>(PAGE, { id, after });
    if (!reply.data) throw new Error(JSON.stringify(reply.errors));
    longestMs = Math.max(longestMs, Math.round(performance.now() - startedAt));
    const { digest, changes: page } = reply.data.syncRun.changeSet;
    changes.push(...page.nodes);
    after = page.pageInfo.endCursor;
    if (!page.pageInfo.hasNextPage) return { changes, digest, pages, longestMs };
  }
}
