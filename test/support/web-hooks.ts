/** Web hooks on a database of their own: events go in, deliverers send them to real receivers. */
import { randomBytes } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { COMMAND_LINE } from '../../src/access/command-line.ts';
import { EVERY_TIME } from '../../src/access/once.ts';
import type { Db } from '../../src/database/database.ts';
import type { EventBody } from '../../src/events/event.ts';
import { readLogHead } from '../../src/events/log-head.ts';
import { numberEvents } from '../../src/events/number-events.ts';
import type { TenantId } from '../../src/lib/ids.ts';
import { createSeal, type Seal } from '../../src/lib/seal.ts';
import type { Tenant } from '../../src/tenants/tenant.ts';
import { Deliverer, type DelivererOptions } from '../../src/web-hooks/deliverer.ts';
import { createWebHook, type HookFacts, type MadeHook } from '../../src/web-hooks/manage-web-hooks.ts';
import { createPost } from '../../src/web-hooks/post.ts';
import { resolveHere } from '../../src/web-hooks/resolve-name.ts';
import { ANYWHERE } from '../../src/web-hooks/target-address.ts';
import type { Delivery, RetryPolicy, WebHook } from '../../src/web-hooks/web-hook.ts';
import { webHookDeliveries, webHooks } from '../../src/web-hooks/web-hooks.table.ts';
import type { WebHookServices } from '../../src/web-hooks/web-hook-services.ts';
import { append, newEvent } from './events.ts';
import { addTenant } from './rows.ts';
import { silent } from './silent.ts';
import { waitFor } from './wait-for.ts';

export const SEAL: Seal = createSeal([{ id: 'test', key: Buffer.alloc(32, 7) }]);
/** Tries follow each other at once, and nothing is given up. */
export const AT_ONCE: RetryPolicy = { pausesMs: [1], giveUpAfterMs: 3_600_000 };

export function servicesOn(db: Db): WebHookServices {
  return {
    db,
    seal: SEAL,
    reach: ANYWHERE,
    post: createPost({ reach: ANYWHERE, resolve: resolveHere, withinMs: 10_000 }),
  };
}

export const startDeliverer = (db: Db, options: Partial<DelivererOptions> = {}): Deliverer =>
  new Deliverer({ ...servicesOn(db), logger: silent, policy: AT_ONCE, pollEveryMs: 10, ...options });

/** Begins behind everything that happened so far. */
export async function makeHook(db: Db, url: string, more: Partial<HookFacts> = {}): Promise<MadeHook> {
  await numberEvents(db);
  const { epoch, lastPosition: position } = await readLogHead(db);
  return createWebHook(servicesOn(db), COMMAND_LINE, {
    facts: { name: 'test', url, kinds: null, tenantIds: null, ...more },
    place: { epoch, position },
    once: EVERY_TIME,
  });
}

export const makeTenant = (db: Db): Promise<Tenant> => addTenant(db, `t-${randomBytes(4).toString('hex')}`);

/** One event for each version, in the log when it resolves. */
export async function tell(
  db: Db,
  tenantId: TenantId,
  versions: readonly number[],
  body?: EventBody,
): Promise<void> {
  await append(db, ...versions.map((version) => newEvent(version, { tenantId, ...(body && { body }) })));
  await numberEvents(db);
}

export async function hookNow(db: Db, { webHook }: MadeHook): Promise<WebHook> {
  const [hook] = await db.select().from(webHooks).where(eq(webHooks.id, webHook.id));
  if (!hook) throw new Error('The web hook is gone.');
  return hook;
}

/** In the order of the log. */
export function deliveriesOf(db: Db, { webHook }: MadeHook): Promise<Delivery[]> {
  return db
    .select()
    .from(webHookDeliveries)
    .where(eq(webHookDeliveries.webHookId, webHook.id))
    .orderBy(webHookDeliveries.position);
}

export function untilDelivered(db: Db, hook: MadeHook, count: number): Promise<Delivery[]> {
  let last: Delivery[] = [];
  return waitFor(
    () =>
      `${count} deliveries; there are ${JSON.stringify(last.map(({ status, error }) => [status, error]))}`,
    async () => {
      last = await deliveriesOf(db, hook);
      return last.filter(({ status }) => status === 'DELIVERED').length === count && last;
    },
    { withinMs: 20_000 },
  );
}

export function untilTried(db: Db, hook: MadeHook, attempts: number): Promise<Delivery> {
  return waitFor(
    `try ${attempts}`,
    async () => (await deliveriesOf(db, hook)).find((delivery) => delivery.attempts === attempts),
    { withinMs: 20_000 },
  );
}

export function untilOff(db: Db, hook: MadeHook): Promise<WebHook> {
  return waitFor('the web hook to be off', async () => {
    const now = await hookNow(db, hook);
    return !now.isOn && now;
  });
}

/** As if the pause were over. */
export async function letPausesPass(db: Db): Promise<void> {
  await db.execute(sql`update web_hooks set rest_until = null`);
  await db.execute(sql`update web_hook_deliveries set next_try_at = now() where status = 'WAITING'`);
  await db.execute(sql`update web_hook_lanes set due_at = now() where due_at is not null`);
}
