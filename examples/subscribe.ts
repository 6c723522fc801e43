/**
 * Prints every status change of the fleet, and resumes exactly where it stopped: after a lost connection, and after
 * this script was ended and started again. Nothing is missed and nothing is polled.
 *
 *   npx node examples/subscribe.ts [file that keeps the cursor] [number of changes to stop after]
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { connectionFromEnvironment, request } from './graphql.ts';
import { resumingSubscription } from './resuming-subscription.ts';

const CHANGES = /* GraphQL */ `
  subscription Changes($after: Cursor) {
    tenantStatusChanged(after: $after) {
      cursor
      occurredAt
      previousStatus
      status
      tenant {
        displayName
      }
    }
  }
`;

type Change = {
  cursor: string;
  occurredAt: string;
  previousStatus: string;
  status: string;
  tenant: { displayName: string };
};

const [cursorFile = '.cursor', stopAfter = 'Infinity'] = process.argv.slice(2);
const connection = connectionFromEnvironment('viewer');
let left = Number(stopAfter);

const changes = resumingSubscription<{ tenantStatusChanged: Change }>({
  connection,
  query: CHANGES,
  cursorOf: (data) => data.tenantStatusChanged.cursor,
  after: await readCursor(),
  onLost: (reason) => console.error(`The connection was lost (${reason}); resuming.`),
});
for await (const { tenantStatusChanged: change } of changes) {
  const { occurredAt, tenant, previousStatus, status, cursor } = change;
  // First deal with the change, then keep its cursor: a crash in between repeats a change and never loses one.
  console.log(`${occurredAt} ${tenant.displayName}: ${previousStatus} -> ${status}`);
  await keepCursor(cursor);
  if (--left <= 0) break;
}

/** The first time it begins at the present end of the log, and keeps that: a change right behind it counts already. */
async function readCursor(): Promise<string> {
  try {
    return (await readFile(cursorFile, 'utf8')).trim();
  } catch {
    const { eventCursor } = await request<{ eventCursor: string }>(connection, '{ eventCursor }');
    await keepCursor(eventCursor);
    return eventCursor;
  }
}

async function keepCursor(cursor: string): Promise<void> {
  await writeFile(`${cursorFile}.new`, cursor);
  await rename(`${cursorFile}.new`, cursorFile);
}
