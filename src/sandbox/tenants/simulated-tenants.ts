import { join } from 'node:path';
import type { ConfigurationObject } from '../../pipeline/stage.ts';
import { openSavedState, type SavedState } from '../saved-state.ts';
import { applyDrift, type Drift } from './drift.ts';
import { keyOf, type TenantLedgerEntry, type TenantState, type Write, writeObject } from './tenant-state.ts';

export type NewTenant = {
  directoryId: string;
  displayName: string;
  domain: string;
  objects: ConfigurationObject[];
};

/** Who holds a token, and for which directory; null when it was not issued here, expired, or is for another service. */
export type TokenReader = (accessToken: string) => Promise<{ directoryId: string; holder: string } | null>;

/** The simulated Microsoft 365 tenants, by directory id. */
export type SimulatedTenants = {
  /** Does nothing when the tenant exists already. */
  add(tenant: NewTenant): void;
  /** What a token opens; null when it opens nothing here. */
  open(accessToken: string): Promise<OpenTenant | null>;
  list(): { directoryId: string; displayName: string; domain: string; objects: number }[];
  /** Throws for an unknown directory. */
  read(directoryId: string): ConfigurationObject[];
  /** Throws DriftImpossible when the drift names what is not there. */
  drift(directoryId: string, drift: Drift): ConfigurationObject;
  /** Writes to that object fail with the message from now on; null: they work again. */
  refuseWrites(
    directoryId: string,
    configurationType: string,
    displayName: string,
    message: string | null,
  ): void;
  /** Every write, oldest first, of one tenant or of all. */
  ledger(directoryId?: string): TenantLedgerEntry[];
  /** Back to the configuration that it began with. */
  reset(directoryId: string): void;
  flush(): Promise<void>;
};

/** A tenant in the hands of whoever holds a token for it. */
export type OpenTenant = {
  state: TenantState;
  /** Throws in the words of a directory that refuses. */
  write(action: Write['action'], object: ConfigurationObject): void;
};

type Kept = { tenants: Record<string, TenantState> };

export async function openSimulatedTenants(
  dataFolder: string,
  readToken: TokenReader,
): Promise<SimulatedTenants> {
  const saved = await openSavedState<Kept>(join(dataFolder, 'tenants.json'), { tenants: {} });
  const tenantOf = (directoryId: string) => tenantIn(saved, directoryId);
  const change = <Result>(directoryId: string, act: (tenant: TenantState) => Result): Result => {
    const result = act(tenantOf(directoryId));
    saved.changed();
    return result;
  };
  return {
    add({ objects, ...tenant }) {
      if (Object.hasOwn(saved.value.tenants, tenant.directoryId)) return;
      const initial = structuredClone(objects);
      saved.value.tenants[tenant.directoryId] = {
        ...tenant,
        initial,
        objects: structuredClone(objects),
        ledger: [],
        refusals: {},
        ids: {},
      };
      saved.changed();
    },
    async open(accessToken) {
      const claims = await readToken(accessToken);
      if (!claims || !Object.hasOwn(saved.value.tenants, claims.directoryId)) return null;
      const { directoryId, holder } = claims;
      return {
        state: tenantOf(directoryId),
        write: (action, object) =>
          change(directoryId, (tenant) =>
            writeObject(tenant, { action, object, by: holder, at: new Date() }),
          ),
      };
    },
    list: () =>
      Object.values(saved.value.tenants).map(({ directoryId, displayName, domain, objects }) => ({
        directoryId,
        displayName,
        domain,
        objects: objects.length,
      })),
    read: (directoryId) => structuredClone(tenantOf(directoryId).objects),
    drift: (directoryId, drift) =>
      change(directoryId, (tenant) => structuredClone(applyDrift(tenant, drift, new Date()))),
    refuseWrites: (directoryId, configurationType, displayName, message) =>
      change(directoryId, ({ refusals }) => {
        if (message === null) delete refusals[keyOf(configurationType, displayName)];
        else refusals[keyOf(configurationType, displayName)] = message;
      }),
    ledger: (directoryId) => ledgerOf(saved, directoryId),
    reset: (directoryId) =>
      change(directoryId, (tenant) => {
        tenant.objects = structuredClone(tenant.initial);
        tenant.refusals = {};
        tenant.ids = {};
      }),
    flush: () => saved.flush(),
  };
}

function tenantIn({ value }: SavedState<Kept>, directoryId: string): TenantState {
  const tenant = Object.hasOwn(value.tenants, directoryId) ? value.tenants[directoryId] : undefined;
  if (tenant) return tenant;
  throw new Error(`There is no simulated tenant with the directory id ${directoryId}: onboard it first.`);
}

function ledgerOf({ value }: SavedState<Kept>, directoryId: string | undefined): TenantLedgerEntry[] {
  return Object.values(value.tenants)
    .filter((tenant) => directoryId === undefined || tenant.directoryId === directoryId)
    .flatMap(({ ledger }) => ledger)
    .sort((a, b) => a.at.localeCompare(b.at));
}
