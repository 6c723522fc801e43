/**
 * Prints every status change of the fleet, and resumes exactly where it stopped: after a lost connection, and after
 * this script was ended and started again. Nothing is missed and nothing is polled.
 *
 *   node examples/subscribe.ts [file that keeps the cursor] [number of changes to stop after]
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { connectionFromEnvironment, request } from './graphql.ts';

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
const client = createClient({
  url: connection.url.replace(/^http/, 'ws'),
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${connection.key}` },
  retryAttempts: 0,
});

let cursor = await readCursor();
let left = Number(stopAfter);

// A subscription that ends for any reason is started again behind the last change that was dealt with.
while (left > 0) {
  try {
    for await (const { data, errors } of client.iterate<{ tenantStatusChanged: Change }>({
      query: CHANGES,
      variables: { after: cursor },
    })) {
      if (errors) throw new Error(errors.map((error) => error.message).join('\n'));
      if (data) await handle(data.tenantStatusChanged);
      if (--left <= 0) break;
    }
  } catch (problem) {
    console.error(`The connection was lost (${describe(problem)}); resuming.`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
await client.dispose();

/** First deal with the change, then keep its cursor: a crash in between repeats a change and never loses one. */
async function handle(change: Change): Promise<void> {
  console.log(
    `${change.occurredAt} ${change.tenant.displayName}: ${change.previousStatus} -> ${change.status}`,
  );
  await writeFile(`${cursorFile}.new`, change.cursor);
  await rename(`${cursorFile}.new`, cursorFile);
  cursor = change.cursor;
}

/** Without a kept cursor it begins at the present end of the log. */
async function readCursor(): Promise<string> {
  try {
    return (await readFile(cursorFile, 'utf8')).trim();
  } catch {
    const { eventCursor } = await request<{ eventCursor: string }>(connection, '{ eventCursor }');
    return eventCursor;
  }
}

function describe(problem: unknown): string {
  if (problem instanceof Error) return problem.message;
  return typeof problem === 'object' && problem && 'reason' in problem
    ? String(problem.reason)
    : String(problem);
}
