import { planTenant } from '../tenants/tenant-plan.ts';
import type { RegisteredTenant } from '../registry.ts';
import type { Scenario, Theatre } from './theatre.ts';

const FIRST_SYNCS_AT_ONCE = 3;
/** A first sync may come before the API knows the tenant. */
const FIRST_TRIES = 6;
/** Sandbox milliseconds between two syncs that the idle tenants make by schedule. */
const IDLE_SYNC_EVERY_MS = 15 * 60_000;

/** Idle: everybody's first sync, and now and then one by schedule that backs up what somebody changed by hand. */
export const keepIdle: Scenario = async (theatre) => {
  const cast = [...theatre.cast('idle'), ...theatre.cast('play')];
  const open = cast.filter((tenant) => theatre.isOpen(tenant)).length;
  const firsts = cast.filter((tenant) => needsFirstSync(theatre, tenant) && theatre.isFree(tenant));
  for (const tenant of firsts.slice(0, Math.max(0, FIRST_SYNCS_AT_ONCE - open))) await theatre.start(tenant);

  const idle = theatre.cast('idle');
  if (firsts.length > 0 || idle.some((tenant) => theatre.sincePhaseMs(tenant) < IDLE_SYNC_EVERY_MS)) return;
  const next = theatre.longestFree(idle);
  if (!next) return;
  theatre.parts.tenants.drift(next.directoryId, { kind: 'any' });
  await theatre.start(next);
};

function needsFirstSync({ parts: { world } }: Theatre, tenant: RegisteredTenant): boolean {
  const runs = world.runs(tenant);
  if (runs.length === 0) return true;
  return (
    runs.length < FIRST_TRIES &&
    runs.every(({ reason, result }) => reason === 'schedule' && result === 'failed')
  );
}

const NEVER_RUN_AT_LEAST = 2;
const ONBOARDED_AT_MOST = 40;

/** Not run: when people have started the tenants that never ran, new ones are onboarded. */
export const keepNotRun: Scenario = async (theatre) => {
  const { world, registry } = theatre.parts;
  const pool = theatre.cast('not-run');
  const neverRun = pool.filter((tenant) => world.runs(tenant).length === 0).length;
  if (neverRun >= NEVER_RUN_AT_LEAST || pool.length >= ONBOARDED_AT_MOST || pool.length === 0) return;
  const number = String(pool.length + 1).padStart(2, '0');
  await registry.onboard(
    planTenant({
      organization: pool[0]?.organization ?? 'contoso-group',
      repository: `contoso-branch-${number}`,
      displayName: `Contoso Branch ${number}`,
      role: 'not-run',
      schedule: null,
      baseline: 'contoso-baseline',
    }),
  );
};
