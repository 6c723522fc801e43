import { makeDesiredDiffer } from './desired-changes.ts';
import type { Scenario } from './theatre.ts';

const WAITING_AT_LEAST = 2;
/** Sandbox milliseconds after a decision before the tenant asks again. */
const REST_MS = 5 * 60_000;

/** Pending approval: somebody changed the repository, and the gate stays until somebody decides. */
export const keepPendingApproval: Scenario = async (theatre) => {
  const cast = theatre.cast('approval');
  let open = cast.filter((tenant) => theatre.isOpen(tenant)).length;
  for (const tenant of cast) {
    const isDue = open < WAITING_AT_LEAST || theatre.sincePhaseMs(tenant) >= REST_MS;
    if (!isDue || !theatre.isFree(tenant)) continue;
    await makeDesiredDiffer(theatre, tenant);
    await theatre.start(tenant);
    open += 1;
  }
};
