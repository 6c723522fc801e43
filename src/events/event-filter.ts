import type { RunId, TenantId } from '../lib/ids.ts';
import type { EventKind, LoggedEvent, TenantFacts } from './event.ts';

/** Each part that is given must hold. Statuses match before or after the event. */
export type TenantMatch = {
  statuses?: readonly string[] | undefined;
  organization?: string | undefined;
  baselineId?: TenantId | undefined;
  isBaseline?: boolean | undefined;
  /** Anywhere in the name, the display name or the domain, in any case. */
  search?: string | undefined;
};

export type EventFilter = {
  /** The viewer's. There is no reading without it. */
  visibleTenants: 'ALL' | ReadonlySet<TenantId>;
  tenantIds?: readonly TenantId[] | undefined;
  runId?: RunId | undefined;
  kinds?: readonly EventKind[] | undefined;
  tenant?: TenantMatch | undefined;
};

/** The one meaning of a filter, for history and live alike. */
export function matches(filter: EventFilter, event: LoggedEvent): boolean {
  const { visibleTenants, tenantIds, runId, kinds, tenant } = filter;
  return (
    (visibleTenants === 'ALL' || visibleTenants.has(event.tenantId)) &&
    (tenantIds === undefined || tenantIds.includes(event.tenantId)) &&
    (runId === undefined || runId === event.runId) &&
    (kinds === undefined || kinds.includes(event.body.kind)) &&
    (tenant === undefined || tenantMatches(tenant, event.tenant))
  );
}

function tenantMatches(match: TenantMatch, facts: TenantFacts): boolean {
  const { statuses, organization, baselineId, isBaseline, search } = match;
  return (
    (statuses === undefined ||
      statuses.includes(facts.statusBefore) ||
      statuses.includes(facts.statusAfter)) &&
    (organization === undefined || organization === facts.organization) &&
    (baselineId === undefined || baselineId === facts.baselineId) &&
    (isBaseline === undefined || isBaseline === facts.isBaseline) &&
    (search === undefined || isFound(search, facts))
  );
}

function isFound(search: string, { name, displayName, domain }: TenantFacts): boolean {
  const wanted = search.toLowerCase();
  return [name, displayName, domain ?? ''].some((text) => text.toLowerCase().includes(wanted));
}
