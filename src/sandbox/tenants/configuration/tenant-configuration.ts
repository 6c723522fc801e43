import type { ConfigurationObject } from '../../../pipeline/stage.ts';
import {
  authenticationContexts,
  authenticationStrengths,
  conditionalAccessPolicies,
  namedLocations,
} from './conditional-access.ts';
import { groups } from './groups.ts';
import { compliancePolicies, deviceConfigurations } from './intune.ts';
import { singletonPolicies } from './policies.ts';
import type { Profile } from './profile.ts';

/** What a simulated tenant is configured with when the sandbox begins. All secrets in it are made up. */
export const tenantConfiguration = (profile: Profile): ConfigurationObject[] => [
  ...groups(profile),
  ...namedLocations(profile),
  ...authenticationStrengths(profile),
  ...authenticationContexts(profile),
  ...conditionalAccessPolicies(profile),
  ...compliancePolicies(profile),
  ...deviceConfigurations(profile),
  ...singletonPolicies(profile),
];
