import { eq } from 'drizzle-orm';
import { OWN_WORK } from '../access/viewer.ts';
import type { Tx } from '../database/database.ts';
import { SERVICE_ACTOR } from '../events/actor.ts';
import { appendEvents } from '../events/append-events.ts';
import type { TenantId } from '../lib/ids.ts';
import { lockTenant, tenantFacts } from '../tenants/write-tenant.ts';
import type { OffReason, WebHook } from './web-hook.ts';
import { webHooks } from './web-hooks.table.ts';

/**
 * Nothing more is sent, and everybody who may see the tenant whose event comes next for it is told. What waits is
 * kept. Call it last: from here on the tenant is locked.
 */
export async function switchOff(
  tx: Tx,
  { id }: WebHook,
  { reason, now, tenantId }: { reason: OffReason; now: Date; tenantId: TenantId | null },
): Promise<void> {
  await tx.update(webHooks).set({ isOn: false, offReason: reason, offAt: now }).where(eq(webHooks.id, id));
  const tenant = tenantId && (await lockTenant(tx, OWN_WORK.webHooks, tenantId));
  if (!tenant) return;
  const about = { tenantId: tenant.id, runId: null, actor: SERVICE_ACTOR, tenant: tenantFacts(tenant) };
  await appendEvents(tx, [{ ...about, body: { kind: 'WEB_HOOK_SWITCHED_OFF', webHookId: id, reason } }]);
}
