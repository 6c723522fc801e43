import { eq } from 'drizzle-orm';
import { audit, recordingRefusals } from '../access/audit.ts';
import { EVERY_TIME, type Once } from '../access/once.ts';
import { mustBeAllowed, type Viewer } from '../access/viewer.ts';
import { inTransaction, type Tx } from '../database/database.ts';
import { appendEvents } from '../events/append-events.ts';
import type { TenantId } from '../lib/ids.ts';
import { NotFound } from '../sync-runs/refusals.ts';
import type { Services } from '../sync-runs/services.ts';
import type { GateState, Tenant } from '../tenants/tenant.ts';
import { tenants } from '../tenants/tenants.table.ts';
import { lockTenant, tenantFacts } from '../tenants/write-tenant.ts';

/** What is absent stays as it is. */
export type TenantPolicyInput = {
  tenantId: TenantId;
  requiresApproval?: boolean | undefined;
  fourEyes?: boolean | undefined;
  approvers?: readonly string[] | undefined;
  once?: Once;
};

/** Refusals: NotFound. Throws Forbidden. */
export function setTenantPolicy(
  services: Services,
  viewer: Viewer,
  input: TenantPolicyInput,
): Promise<Tenant> {
  const { tenantId, once = EVERY_TIME } = input;
  const facts = { viewer, act: 'SET_TENANT_POLICY' as const, tenantId, target: tenantId };
  return recordingRefusals(services.db, facts, () =>
    inTransaction(services.db, (tx) =>
      once.run(tx, {
        check: async () => {
          const before = await lockTenant(tx, viewer, tenantId);
          if (!before)
            throw new NotFound(`There is no tenant ${tenantId}. Take the id from the query tenants.`);
          mustBeAllowed(viewer, 'setPolicy', tenantId);
          return before;
        },
        act: async (before) => {
          const policy = policyOf(before, input);
          const tenant = await setPolicy(tx, viewer, { before, policy });
          await audit(tx, { ...facts, details: { ...policy, approvers: policy.approvers.join(' ') } });
          return tenant;
        },
      }),
    ),
  );
}

type Policy = Pick<Tenant, 'requiresApproval' | 'fourEyes' | 'approvers'>;

const policyOf = (before: Tenant, input: TenantPolicyInput): Policy => ({
  requiresApproval: input.requiresApproval ?? before.requiresApproval,
  fourEyes: input.fourEyes ?? before.fourEyes,
  approvers: input.approvers ?? before.approvers,
});

async function setPolicy(
  tx: Tx,
  viewer: Viewer,
  { before, policy }: { before: Tenant; policy: Policy },
): Promise<Tenant> {
  const { id: tenantId } = before;
  const gate = gateState(before, policy.requiresApproval);
  const [tenant] = await tx
    .update(tenants)
    .set({ ...policy, gate })
    .where(eq(tenants.id, tenantId))
    .returning();
  if (!tenant) throw new Error(`The tenant ${tenantId} disappeared while it was locked.`);
  if (gate === 'MISSING' && before.gate !== 'MISSING') {
    const about = { tenantId, runId: null, actor: viewer.actor, tenant: tenantFacts(tenant) };
    await appendEvents(tx, [{ ...about, body: { kind: 'GATE_MISSING' } }]);
  }
  return tenant;
}

/** As discovery finds it, for the policy that holds from now on. */
function gateState({ gateCheck, isBackupOnly }: Tenant, requiresApproval: boolean): GateState {
  if (gateCheck) return 'PRESENT';
  return requiresApproval && !isBackupOnly ? 'MISSING' : 'NOT_REQUIRED';
}
