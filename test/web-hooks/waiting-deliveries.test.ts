import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { operationalSample } from '../../src/operational-sample.ts';
import { migrateJobs } from '../../src/jobs/worker.ts';
import { webHookDeliveries, webHooks } from '../../src/web-hooks/web-hooks.table.ts';
import { createTestDatabase, silent } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';
import { startReceiver } from '../support/web-hook-receiver.ts';
import {
  letPausesPass,
  makeHook,
  makeTenant,
  startDeliverer,
  tell,
  untilTried,
} from '../support/web-hooks.ts';

const nobody = { open: () => ({ sockets: 0, subscriptions: 0, eventStreams: 0 }) };

test('A scrape shows how many deliveries wait and for how long, but not those of a hook that is off', async () => {
  await using own = await createTestDatabase();
  const { db } = own.database;
  await migrateJobs(own.database, silent);
  const waiting = async () => {
    const sample = await operationalSample(db, nobody);
    return { count: sample.waitingDeliveries, seconds: sample.oldestWaitingDeliverySeconds };
  };
  await using receiver = await startReceiver();
  receiver.answer((response) => response.writeHead(503).end());
  const hook = await makeHook(db, receiver.url);
  receiver.trust(hook.secret);
  const { id: tenantId } = await makeTenant(db);
  expect(await waiting()).toEqual({ count: 0, seconds: null });

  await using _deliverer = startDeliverer(db, {
    policy: { pausesMs: [3_600_000], giveUpAfterMs: 7_200_000 },
  });
  await tell(db, tenantId, [1, 2]);
  await untilTried(db, hook, 1);
  const hourAgo = new Date(Date.now() - 3_600_000);
  await db.update(webHookDeliveries).set({ queuedAt: hourAgo }).where(eq(webHookDeliveries.attempts, 1));
  const { count, seconds } = await waiting();
  expect(count).toBe(2);
  expect(seconds).toBeGreaterThan(3_590);
  expect(seconds).toBeLessThan(3_700);

  await db.update(webHooks).set({ isOn: false });
  expect(await waiting()).toEqual({ count: 0, seconds: null });

  await db.update(webHooks).set({ isOn: true });
  receiver.answer((response) => response.writeHead(204).end());
  await letPausesPass(db);
  await waitFor('everything to be delivered', async () => (await waiting()).count === 0, {
    withinMs: 20_000,
  });
});
