/** A process of its own that stores a change set, and tells how much memory that took: `<database> <Azure DevOps> <run>`. */
import { eq } from 'drizzle-orm';
import { readDifferences } from '../../src/change-sets/change-set-content.ts';
import { storeChangeSet } from '../../src/change-sets/store-change-set.ts';
import { openDatabase } from '../../src/database/database.ts';
import type { RunId } from '../../src/lib/ids.ts';
import { syncRuns } from '../../src/sync-runs/sync-runs.table.ts';
import { azureAt, DESIRED_SHA, REPOSITORY, TENANT_STATE_SHA } from './big-change-set.ts';
import { silent } from './silent.ts';

const [, , url = '', azureUrl = '', runId = ''] = process.argv;
await using database = openDatabase({ url, maxConnections: 4, logger: silent });
const { db } = database;
const [run] = await db
  .select()
  .from(syncRuns)
  .where(eq(syncRuns.id, runId as RunId));
if (!run) throw new Error(`There is no run ${runId}.`);

const atFirst = process.memoryUsage();
const most = { ...atFirst };
const look = () => {
  const now = process.memoryUsage();
  for (const key of ['heapUsed', 'rss', 'external'] as const) most[key] = Math.max(most[key], now[key]);
};
const timer = setInterval(look, 10);
const startedAt = performance.now();
const commits = { tenantStateSha: TENANT_STATE_SHA, desiredSha: DESIRED_SHA };
const digest = await storeChangeSet(db, run, {
  ...commits,
  attempt: 1,
  digestKey: Buffer.alloc(32, 1),
  differences: readDifferences(azureAt(azureUrl), REPOSITORY, commits),
});
look();
clearInterval(timer);
const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
process.stdout.write(
  JSON.stringify({
    digest,
    ms: Math.round(performance.now() - startedAt),
    heapMb: megabytes(most.heapUsed),
    grewMb: megabytes(most.rss - atFirst.rss),
  }),
);
