import { fileOf } from '../../pipeline/configuration-file.ts';
import type { TenantAuthentication } from '../../pipeline/contract.ts';
import type { TenantBlueprint } from '../contract.ts';
import { idFrom, type Profile } from './configuration/profile.ts';
import { tenantConfiguration } from './configuration/tenant-configuration.ts';

/**
 * What a simulated tenant is there for. `play`: for people to do as they like; nothing happens to it by itself after
 * its first sync. The others keep one status on show each.
 */
export const ROLES = [
  'play',
  'idle',
  'not-run',
  'starting',
  'in-progress',
  'error',
  'sign-in',
  'approval',
] as const;
export type Role = (typeof ROLES)[number];

export type FleetTenant = { blueprint: TenantBlueprint; role: Role };

/** A tenant in few words; everything else has a default. */
export type TenantPlan = {
  organization: string;
  repository: string;
  displayName: string;
  role?: Role;
  size?: Profile['size'];
  countries?: string[];
  authentication?: TenantAuthentication;
  backupOnly?: boolean;
  baseline?: string | null;
  takesBaseline?: boolean;
  schedule?: string | null;
  approvers?: TenantBlueprint['approvers'];
  minRequired?: number;
};

export const PROJECT = 'Tenants';
export const APPROVERS: TenantBlueprint['approvers'] = [{ displayName: 'Tenant Approvers', isGroup: true }];

export function planTenant(plan: TenantPlan): FleetTenant {
  const { organization, repository, displayName, size = 'small', countries = ['DE', 'NL', 'US'] } = plan;
  const domain = `${repository.replaceAll('-', '')}.onmicrosoft.com`;
  const objects = tenantConfiguration({ company: displayName, domain, countries, size });
  const blueprint: TenantBlueprint = {
    organization,
    project: PROJECT,
    repository,
    displayName,
    directoryId: idFrom('directory', organization, repository),
    domain,
    authentication: plan.authentication ?? 'application',
    backupOnly: plan.backupOnly ?? false,
    baseline: plan.baseline ?? null,
    takesBaseline: plan.takesBaseline ?? false,
    schedule: plan.schedule === undefined ? '0 3 * * *' : plan.schedule,
    hasGate: !plan.backupOnly,
    approvers: plan.approvers ?? APPROVERS,
    minRequired: plan.minRequired ?? 1,
    files: new Map(objects.map(fileOf).map(({ path, content }) => [path, content])),
  };
  return { blueprint, role: plan.role ?? 'play' };
}
