/** Making, changing and ending web hooks: for admins of the fleet, each act on record. */
import { count, eq, inArray } from 'drizzle-orm';
import { audit, recordingRefusals } from '../access/audit.ts';
import type { AuditAct, AuditDetails } from '../access/audit-entry.ts';
import type { Once } from '../access/once.ts';
import { mustBeAllowedEverywhere, type Viewer } from '../access/viewer.ts';
import { databaseNow, inTransaction, type Tx } from '../database/database.ts';
import type { LogPlace } from '../events/cursor.ts';
import type { EventKind } from '../events/event.ts';
import { newId, type TenantId, type WebHookId } from '../lib/ids.ts';
import { InvalidInput, NotFound } from '../sync-runs/refusals.ts';
import { tenants } from '../tenants/tenants.table.ts';
import { lockHook } from './lanes.ts';
import { problemOfUrl } from './target-address.ts';
import type { WebHook } from './web-hook.ts';
import { addSecret, countSecrets, endSecrets } from './web-hook-secrets.ts';
import type { WebHookServices } from './web-hook-services.ts';
import { webHooks } from './web-hooks.table.ts';

/** Each has connections and places of its own, so that none waits for another: that bounds what all may take. */
export const MOST_HOOKS = 100;
/** More signatures than that would only make every message longer. */
const MOST_SECRETS = 4;

/** `secret` is never seen again. */
export type MadeHook = { webHook: WebHook; secret: string };

export type HookFacts = {
  name: string;
  url: string;
  kinds: readonly EventKind[] | null;
  tenantIds: readonly TenantId[] | null;
};

type Act = { act: AuditAct; target: WebHookId | null; once: Once };
type Acting = { tx: Tx; now: Date; record: (target: WebHookId, details?: AuditDetails) => Promise<void> };

/** Runs an act once in a transaction, for an admin of the fleet; also its refusal is on record. Throws Forbidden. */
export function asAdmin<T>(
  { db }: WebHookServices,
  viewer: Viewer,
  { act, target, once, work }: Act & { work: (acting: Acting) => Promise<T> },
): Promise<T> {
  const facts = { viewer, act, tenantId: null, target };
  return recordingRefusals(db, facts, () =>
    inTransaction(db, (tx) => {
      const check = () => Promise.resolve(mustBeAllowedEverywhere(viewer, 'manageWebHooks'));
      const record = (to: WebHookId, details: AuditDetails = {}) =>
        audit(tx, { ...facts, target: to, details });
      return once.run(tx, { check, act: async () => work({ tx, now: await databaseNow(tx), record }) });
    }),
  );
}

/** Begins behind `place`. Refusals: InvalidInput. */
export function createWebHook(
  services: WebHookServices,
  viewer: Viewer,
  { facts, place, once }: { facts: HookFacts; place: LogPlace; once: Once },
): Promise<MadeHook> {
  const work = async ({ tx, now, record }: Acting) => {
    await refuseWrongFacts(tx, services, facts);
    const [present] = await tx.select({ count: count() }).from(webHooks);
    if ((present?.count ?? 0) >= MOST_HOOKS)
      throw new InvalidInput(
        'name',
        `There are ${MOST_HOOKS} web hooks already: delete one that is not used.`,
      );
    const [webHook] = await tx
      .insert(webHooks)
      .values({ id: newId('whk'), ...facts, ...place, createdBy: viewer.actor, createdAt: now })
      .returning();
    if (!webHook) throw new Error('The web hook was not inserted.');
    const secret = await addSecret(tx, services.seal, { webHookId: webHook.id, now });
    await record(webHook.id, detailsOf(facts));
    return { webHook, secret };
  };
  return asAdmin(services, viewer, { act: 'CREATE_WEB_HOOK', target: null, once, work });
}

/** What is absent stays as it is. Refusals: NotFound, InvalidInput. */
export function updateWebHook(
  services: WebHookServices,
  viewer: Viewer,
  { id, changes, once }: { id: WebHookId; changes: Partial<HookFacts>; once: Once },
): Promise<WebHook> {
  const work = async ({ tx, record }: Acting) => {
    const { name, url, kinds, tenantIds } = { ...(await mustLock(tx, id)), ...changes };
    const facts = { name, url, kinds, tenantIds };
    await refuseWrongFacts(tx, services, facts);
    const webHook = await write(tx, id, facts);
    await record(id, detailsOf(facts));
    return webHook;
  };
  return asAdmin(services, viewer, { act: 'UPDATE_WEB_HOOK', target: id, once, work });
}

/** Those before it work on for the overlap. Refusals: NotFound, InvalidInput. */
export function rotateWebHookSecret(
  services: WebHookServices,
  viewer: Viewer,
  { id, overlapHours, once }: { id: WebHookId; overlapHours: number; once: Once },
): Promise<MadeHook> {
  const work = async ({ tx, now, record }: Acting) => {
    const webHook = await mustLock(tx, id);
    await endSecrets(tx, id, { now, at: new Date(now.getTime() + overlapHours * 3_600_000) });
    if ((await countSecrets(tx, id)) >= MOST_SECRETS)
      throw new InvalidInput(
        'overlapHours',
        `${MOST_SECRETS} secrets of this web hook still work: wait until one ends, or rotate with overlapHours 0.`,
      );
    const secret = await addSecret(tx, services.seal, { webHookId: id, now });
    await record(id, { overlapHours });
    return { webHook, secret };
  };
  return asAdmin(services, viewer, { act: 'ROTATE_WEB_HOOK_SECRET', target: id, once, work });
}

/** With its secrets and its delivery log. Answers it as it was. Refusals: NotFound. */
export function deleteWebHook(
  services: WebHookServices,
  viewer: Viewer,
  { id, once }: { id: WebHookId; once: Once },
): Promise<WebHook> {
  const work = async ({ tx, record }: Acting) => {
    const webHook = await mustLock(tx, id);
    await tx.delete(webHooks).where(eq(webHooks.id, id));
    await record(id, { name: webHook.name });
    return webHook;
  };
  return asAdmin(services, viewer, { act: 'DELETE_WEB_HOOK', target: id, once, work });
}

export async function mustLock(tx: Tx, id: WebHookId): Promise<WebHook> {
  const hook = await lockHook(tx, id);
  if (hook) return hook;
  throw unknownHook(id);
}

export const unknownHook = (id: WebHookId) =>
  new NotFound(`There is no web hook ${id}. Take the id from the query webHooks.`);

export async function write(tx: Tx, id: WebHookId, facts: Partial<WebHook>): Promise<WebHook> {
  const [hook] = await tx.update(webHooks).set(facts).where(eq(webHooks.id, id)).returning();
  if (!hook) throw new Error(`The web hook ${id} disappeared while it was locked.`);
  return hook;
}

async function refuseWrongFacts(
  tx: Tx,
  { reach }: WebHookServices,
  { url, tenantIds }: HookFacts,
): Promise<void> {
  const problem = problemOfUrl(url, reach);
  if (problem !== null) throw new InvalidInput('url', problem);
  if (!tenantIds) return;
  const known = await tx
    .select({ id: tenants.id })
    .from(tenants)
    .where(inArray(tenants.id, [...tenantIds]));
  const unknown = tenantIds.find((id) => !known.some((tenant) => tenant.id === id));
  if (unknown)
    throw new InvalidInput(
      'tenantIds',
      `There is no tenant ${unknown}. Take the ids from the query tenants.`,
    );
}

/** Of the address only where it leads: paths and questions of such addresses are often secrets themselves. */
function detailsOf({ name, url, kinds, tenantIds }: HookFacts): AuditDetails {
  const all = { kinds: kinds?.join(' ') ?? null, tenants: tenantIds?.join(' ') ?? null };
  return { name, origin: new URL(url).origin, ...all };
}
