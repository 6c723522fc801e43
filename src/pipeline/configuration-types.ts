/**
 * The one table of configuration types. Adding a type is adding a row. A type without a row is tolerated:
 * category "Other", every list ordered, nothing sensitive.
 *
 * Paths: `conditions.users.includeUsers`; `[]` is every element of a list: `omaSettings[].value`.
 */
export type ConfigurationType = {
  type: string;
  category: 'Entra ID' | 'Intune' | 'Other';
  /** There is exactly one in a tenant: it is changed, never created or removed. */
  isSingleton: boolean;
  /** Lists whose order means nothing to the service. */
  unorderedLists: readonly string[];
  /** Properties whose values are never shown; they enter a digest as keyed hashes. */
  sensitivePaths: readonly string[];
};

const ASSIGNMENTS = ['assignments', 'roleScopeTagIds'] as const;

export const CONFIGURATION_TYPES: readonly ConfigurationType[] = [
  {
    type: 'MSGraph:ConditionalAccess:Policies',
    category: 'Entra ID',
    isSingleton: false,
    unorderedLists: [
      ...['Users', 'Groups', 'Roles'].flatMap((who) => [
        `conditions.users.include${who}`,
        `conditions.users.exclude${who}`,
      ]),
      'conditions.applications.includeApplications',
      'conditions.applications.excludeApplications',
      'conditions.applications.includeUserActions',
      'conditions.applications.includeAuthenticationContextClassReferences',
      'conditions.clientAppTypes',
      'conditions.locations.includeLocations',
      'conditions.locations.excludeLocations',
      'conditions.platforms.includePlatforms',
      'conditions.platforms.excludePlatforms',
      'conditions.signInRiskLevels',
      'conditions.userRiskLevels',
      'grantControls.builtInControls',
      'grantControls.customAuthenticationFactors',
      'grantControls.termsOfUse',
    ],
    sensitivePaths: [],
  },
  {
    type: 'MSGraph:ConditionalAccess:NamedLocations',
    category: 'Entra ID',
    isSingleton: false,
    unorderedLists: ['ipRanges', 'countriesAndRegions'],
    sensitivePaths: [],
  },
  {
    type: 'MSGraph:ConditionalAccess:AuthenticationStrengths',
    category: 'Entra ID',
    isSingleton: false,
    unorderedLists: ['allowedCombinations', 'combinationConfigurations'],
    sensitivePaths: [],
  },
  {
    type: 'MSGraph:ConditionalAccess:AuthenticationContexts',
    category: 'Entra ID',
    isSingleton: false,
    unorderedLists: [],
    sensitivePaths: [],
  },
  {
    type: 'MSGraph:Groups',
    category: 'Entra ID',
    isSingleton: false,
    unorderedLists: ['groupTypes', 'owners'],
    sensitivePaths: [],
  },
  {
    type: 'MSGraph:Policies:AuthorizationPolicy',
    category: 'Entra ID',
    isSingleton: true,
    unorderedLists: ['permissionGrantPolicyIdsAssignedToDefaultUserRole'],
    sensitivePaths: [],
  },
  {
    type: 'MSGraph:Policies:AuthenticationMethodsPolicy',
    category: 'Entra ID',
    isSingleton: true,
    unorderedLists: [
      'authenticationMethodConfigurations',
      'authenticationMethodConfigurations[].includeTargets',
      'authenticationMethodConfigurations[].excludeTargets',
      'registrationEnforcement.authenticationMethodsRegistrationCampaign.includeTargets',
    ],
    sensitivePaths: [],
  },
  {
    type: 'MSGraph:Policies:SecurityDefaults',
    category: 'Entra ID',
    isSingleton: true,
    unorderedLists: [],
    sensitivePaths: [],
  },
  {
    type: 'MSGraph:Policies:CrossTenantAccessDefault',
    category: 'Entra ID',
    isSingleton: true,
    unorderedLists: [
      'b2bCollaborationInbound',
      'b2bCollaborationOutbound',
      'b2bDirectConnectInbound',
      'b2bDirectConnectOutbound',
    ].flatMap((direction) => [`${direction}.applications.targets`, `${direction}.usersAndGroups.targets`]),
    sensitivePaths: [],
  },
  {
    type: 'MSGraph:Intune:CompliancePolicies',
    category: 'Intune',
    isSingleton: false,
    unorderedLists: [...ASSIGNMENTS],
    sensitivePaths: [],
  },
  {
    type: 'MSGraph:Intune:DeviceConfigurations',
    category: 'Intune',
    isSingleton: false,
    unorderedLists: [...ASSIGNMENTS, 'omaSettings'],
    sensitivePaths: ['preSharedKey', 'proxySettings.password', 'omaSettings[].secretValue'],
  },
];

const rows = new Map(CONFIGURATION_TYPES.map((row) => [row.type, row]));

export function configurationTypeOf(type: string): ConfigurationType {
  return (
    rows.get(type) ?? { type, category: 'Other', isSingleton: false, unorderedLists: [], sensitivePaths: [] }
  );
}

/** Whether a place in an object matches one of the paths. Steps are keys; `[]` is the step into a list. */
export const matchesPath = (paths: readonly string[], steps: readonly string[]) =>
  paths.some((path) => path.replaceAll('[]', '.[]') === steps.join('.'));
