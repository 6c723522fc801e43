/** The statuses that pass by themselves: one tenant comes into them half-way through another one's time. */
import type { Behaviour, RunPhase } from '../contract.ts';
import type { RegisteredTenant } from '../registry.ts';
import type { Role } from '../tenants/tenant-plan.ts';
import type { Scenario, Theatre } from './theatre.ts';

/** Sandbox milliseconds. */
const STAY_MS = 10 * 60_000;

type Relay = {
  role: Role;
  /** Phases in which a run shows the status, or is on its way to it. */
  phases: readonly RunPhase[];
  /** Sandbox milliseconds for which one run shows it. */
  stayMs: number;
  behaviour: Behaviour;
  prepare?: (tenant: RegisteredTenant) => void;
};

async function relay(theatre: Theatre, { role, phases, stayMs, behaviour, prepare }: Relay): Promise<void> {
  const cast = theatre.cast(role);
  const isFresh = (tenant: RegisteredTenant) => {
    const phase = theatre.phaseOf(tenant);
    return phase !== null && phases.includes(phase) && theatre.sincePhaseMs(tenant) < stayMs / 2;
  };
  if (cast.some(isFresh)) return;
  const next = theatre.longestFree(cast);
  if (!next) return;
  prepare?.(next);
  await theatre.start(next, behaviour);
}

export const keepStarting: Scenario = (theatre) =>
  relay(theatre, { role: 'starting', phases: ['QUEUED'], stayMs: STAY_MS, behaviour: { queueMs: STAY_MS } });

export const keepInProgress: Scenario = (theatre) =>
  relay(theatre, {
    role: 'in-progress',
    phases: ['QUEUED', 'RUNNING'],
    stayMs: STAY_MS,
    behaviour: { slowStage: { stage: 'BACKUP', ms: STAY_MS } },
  });

/** `windowMs`: wall milliseconds that the API gives people to sign in. */
export const keepPendingAuthentication =
  (windowMs: number): Scenario =>
  (theatre) =>
    relay(theatre, {
      role: 'sign-in',
      phases: ['QUEUED', 'RUNNING', 'WAITING_FOR_SIGN_IN'],
      stayMs: windowMs * theatre.parts.clock.timeScale,
      behaviour: {},
      // Somebody may have signed in last time.
      prepare: ({ directoryId }) => theatre.parts.entra.revoke(directoryId),
    });
