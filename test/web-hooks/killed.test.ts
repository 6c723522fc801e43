import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';
import { startReceiver } from '../support/web-hook-receiver.ts';
import { makeHook, makeTenant, tell, untilDelivered } from '../support/web-hooks.ts';

function startProcess(databaseUrl: string): ChildProcess {
  return spawn(process.execPath, ['test/support/deliver.ts', databaseUrl], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

test('After a kill in the middle of a delivery another process goes on with the same event', async () => {
  await using own = await createTestDatabase();
  const { db } = own.database;
  await using receiver = await startReceiver();
  const hook = await makeHook(db, receiver.url);
  const { id: tenantId } = await makeTenant(db);
  const versions = () => receiver.received.map(({ message }) => message.data.version);
  receiver.answer((response, { message: { data } }) => {
    if (data.version !== 2) response.writeHead(204).end();
  });
  const killed = startProcess(own.url);
  try {
    await tell(db, tenantId, [1, 2, 3]);
    await waitFor('the second event to be under way', () => versions().includes(2), {
      withinMs: 20_000,
    });
  } finally {
    await kill(killed);
  }
  receiver.answer((response) => response.writeHead(204).end());
  const next = startProcess(own.url);
  try {
    await untilDelivered(db, hook, 3);
  } finally {
    await kill(next);
  }
  expect(versions()).toEqual([1, 2, 2, 3]);
  const [, before, after] = receiver.received;
  expect([after?.id, after?.body]).toEqual([before?.id, before?.body]);
});
