import type { TenantBlueprint } from '../contract.ts';
import { type FleetTenant, planTenant, type TenantPlan } from './tenant-plan.ts';

const CONTOSO = 'contoso-group';
const FABRIKAM = 'fabrikam-industries';

const contoso = (repository: string, displayName: string, plan: Partial<TenantPlan>): TenantPlan => ({
  organization: CONTOSO,
  repository: `contoso-${repository}`,
  displayName: `Contoso ${displayName}`,
  baseline: repository === 'baseline' ? null : 'contoso-baseline',
  ...plan,
});
const fabrikam = (repository: string, displayName: string, plan: Partial<TenantPlan>): TenantPlan => ({
  organization: FABRIKAM,
  repository: `fabrikam-${repository}`,
  displayName: `Fabrikam ${displayName}`,
  countries: ['JP', 'SE', 'US', 'GB'],
  baseline: repository === 'baseline' ? null : 'fabrikam-baseline',
  ...plan,
});

/** Two organisations that together show every status at any time. */
const SHOWCASE: TenantPlan[] = [
  contoso('baseline', 'Baseline', { role: 'idle', size: 'large' }),
  contoso('production', 'Production', { role: 'approval', size: 'large' }),
  contoso('retail', 'Retail', { role: 'approval', size: 'medium' }),
  contoso('test', 'Test', { role: 'play', size: 'medium', schedule: null }),
  contoso('training', 'Training', { role: 'play', schedule: null, takesBaseline: true }),
  contoso('europe', 'Europe', { role: 'in-progress', size: 'medium', countries: ['DE', 'FR', 'NL'] }),
  contoso('americas', 'Americas', { role: 'starting', countries: ['US', 'CA', 'BR'] }),
  contoso('finance', 'Finance', { role: 'error', size: 'medium' }),
  contoso('research', 'Research', { role: 'sign-in', authentication: 'delegated' }),
  contoso('legal', 'Legal', { role: 'sign-in', authentication: 'delegated' }),
  contoso('new-office', 'New Office', { role: 'not-run', schedule: null }),
  fabrikam('baseline', 'Baseline', { role: 'idle', size: 'large' }),
  fabrikam('production', 'Production', { role: 'approval', size: 'large' }),
  fabrikam('test', 'Test', { role: 'play', size: 'medium', schedule: null }),
  fabrikam('asia', 'Asia', { role: 'in-progress', countries: ['JP', 'SG', 'IN'] }),
  fabrikam('logistics', 'Logistics', { role: 'starting' }),
  fabrikam('insurance', 'Insurance', { role: 'error', size: 'medium' }),
  fabrikam('clinics', 'Clinics', { role: 'sign-in', authentication: 'delegated' }),
  fabrikam('archive', 'Archive', { role: 'idle', backupOnly: true }),
  fabrikam('acquisition', 'Acquisition', { role: 'not-run', authentication: 'delegated', schedule: null }),
];

/** One of each kind that a test needs, all quiet. */
const SMALL: TenantPlan[] = [
  contoso('baseline', 'Baseline', { schedule: null }),
  contoso('test', 'Test', { schedule: null }),
  contoso('delegated', 'Delegated', { authentication: 'delegated', schedule: null }),
  fabrikam('baseline', 'Baseline', {}),
  fabrikam('archive', 'Archive', { backupOnly: true, schedule: null }),
];

export type Fleet = 'showcase' | 'small' | readonly TenantBlueprint[];

export function fleetOf(fleet: Fleet): FleetTenant[] {
  if (fleet === 'showcase') return SHOWCASE.map(planTenant);
  if (fleet === 'small') return SMALL.map(planTenant);
  return fleet.map((blueprint) => ({ blueprint, role: 'play' }));
}
