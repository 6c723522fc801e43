import type { GraphType, WrittenApart } from './graph/graph-type.ts';

/**
 * The one table of configuration types, those that others use first. Adding a type is adding a row. A type without a row is tolerated:
 * category "Other", every list ordered, nothing sensitive, and no service to write it to.
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
  /** Texts that hold ids of other objects: a file names those objects instead. */
  references: readonly { path: string; to: string }[];
  graph: GraphType | null;
};

const ASSIGNMENTS = ['assignments', 'roleScopeTagIds'] as const;
const ASSIGNED_GROUPS = [{ path: 'assignments[].target.groupId', to: 'MSGraph:Groups' }] as const;
const ASSIGN: WrittenApart = {
  property: 'assignments',
  kind: 'action',
  action: 'assign',
  parameter: 'assignments',
  alsoOnCreate: true,
};
const MADE = ['id', 'createdDateTime', 'modifiedDateTime', 'deletedDateTime'] as const;
const MADE_BY_INTUNE = [
  ...['id', 'createdDateTime', 'lastModifiedDateTime', 'version', 'supportsScopeTags'],
  ...['id', 'source', 'sourceId'].map((key) => `assignments[].${key}`),
];
const B2B_DIRECTIONS = [
  'b2bCollaborationInbound',
  'b2bCollaborationOutbound',
  'b2bDirectConnectInbound',
  'b2bDirectConnectOutbound',
] as const;
const CAMPAIGN = 'registrationEnforcement.authenticationMethodsRegistrationCampaign';

export const CONFIGURATION_TYPES: readonly ConfigurationType[] = [
  {
    type: 'MSGraph:Groups',
    category: 'Entra ID',
    isSingleton: false,
    unorderedLists: ['groupTypes', 'owners'],
    sensitivePaths: [],
    references: [{ path: 'membershipRule', to: 'MSGraph:Groups' }],
    graph: {
      path: '/groups',
      listQuery: '$top=999',
      isFoundByName: true,
      isKept: true,
      readOnly: [
        ...['id', 'createdDateTime', 'deletedDateTime', 'renewedDateTime', 'expirationDateTime'],
        ...['mail', 'proxyAddresses', 'securityIdentifier', 'uniqueName', 'serviceProvisioningErrors'],
        ...['creationOptions', 'onPremisesDomainName', 'onPremisesLastSyncDateTime'],
        ...['onPremisesNetBiosName', 'onPremisesSamAccountName', 'onPremisesSecurityIdentifier'],
        ...['onPremisesSyncEnabled', 'onPremisesProvisioningErrors'],
      ],
    },
  },
  {
    type: 'MSGraph:ConditionalAccess:NamedLocations',
    category: 'Entra ID',
    isSingleton: false,
    unorderedLists: ['ipRanges', 'countriesAndRegions'],
    sensitivePaths: [],
    references: [],
    graph: { path: '/identity/conditionalAccess/namedLocations', readOnly: MADE },
  },
  {
    type: 'MSGraph:ConditionalAccess:AuthenticationStrengths',
    category: 'Entra ID',
    isSingleton: false,
    unorderedLists: ['allowedCombinations'],
    sensitivePaths: [],
    references: [],
    graph: {
      path: '/policies/authenticationStrengthPolicies',
      skips: { property: 'policyType', value: 'builtIn' },
      // Restrictions of single combinations are objects of their own, with ids of their own: not kept as code yet.
      readOnly: [...MADE, 'policyType', 'requirementsSatisfied', 'combinationConfigurations'],
      apart: [
        {
          property: 'allowedCombinations',
          kind: 'action',
          action: 'updateAllowedCombinations',
          parameter: 'allowedCombinations',
          alsoOnCreate: false,
        },
      ],
    },
  },
  {
    type: 'MSGraph:ConditionalAccess:AuthenticationContexts',
    category: 'Entra ID',
    isSingleton: false,
    unorderedLists: [],
    sensitivePaths: [],
    references: [],
    graph: {
      path: '/identity/conditionalAccess/authenticationContextClassReferences',
      hasChosenId: true,
      readOnly: [],
    },
  },
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
    references: [
      { path: 'conditions.users.includeGroups[]', to: 'MSGraph:Groups' },
      { path: 'conditions.users.excludeGroups[]', to: 'MSGraph:Groups' },
      { path: 'conditions.locations.includeLocations[]', to: 'MSGraph:ConditionalAccess:NamedLocations' },
      { path: 'conditions.locations.excludeLocations[]', to: 'MSGraph:ConditionalAccess:NamedLocations' },
      {
        path: 'grantControls.authenticationStrength.id',
        to: 'MSGraph:ConditionalAccess:AuthenticationStrengths',
      },
    ],
    graph: {
      path: '/identity/conditionalAccess/policies',
      readOnly: [
        ...MADE,
        'templateId',
        // Read whole, though the policy only says which one it is.
        ...[
          ...['displayName', 'description', 'policyType', 'requirementsSatisfied', 'createdDateTime'],
          ...['modifiedDateTime', 'allowedCombinations', 'combinationConfigurations'],
        ].map((key) => `grantControls.authenticationStrength.${key}`),
      ],
    },
  },
  {
    type: 'MSGraph:Policies:AuthorizationPolicy',
    category: 'Entra ID',
    isSingleton: true,
    unorderedLists: ['permissionGrantPolicyIdsAssignedToDefaultUserRole'],
    sensitivePaths: [],
    references: [],
    graph: {
      path: '/policies/authorizationPolicy',
      name: 'Authorization Policy',
      readOnly: ['id', 'deletedDateTime'],
    },
  },
  {
    type: 'MSGraph:Policies:AuthenticationMethodsPolicy',
    category: 'Entra ID',
    isSingleton: true,
    unorderedLists: [
      'authenticationMethodConfigurations',
      'authenticationMethodConfigurations[].includeTargets',
      'authenticationMethodConfigurations[].excludeTargets',
      `${CAMPAIGN}.includeTargets`,
      `${CAMPAIGN}.excludeTargets`,
    ],
    sensitivePaths: [],
    references: [
      ...['includeTargets', 'excludeTargets'].flatMap((targets) => [
        { path: `authenticationMethodConfigurations[].${targets}[].id`, to: 'MSGraph:Groups' },
        { path: `${CAMPAIGN}.${targets}[].id`, to: 'MSGraph:Groups' },
      ]),
    ],
    graph: {
      path: '/policies/authenticationMethodsPolicy',
      name: 'Authentication Methods Policy',
      readOnly: ['id', 'lastModifiedDateTime', 'policyVersion'],
      apart: [{ property: 'authenticationMethodConfigurations', kind: 'members' }],
    },
  },
  {
    type: 'MSGraph:Policies:SecurityDefaults',
    category: 'Entra ID',
    isSingleton: true,
    unorderedLists: [],
    sensitivePaths: [],
    references: [],
    graph: {
      path: '/policies/identitySecurityDefaultsEnforcementPolicy',
      name: 'Security Defaults',
      readOnly: ['id', 'displayName', 'description'],
    },
  },
  {
    type: 'MSGraph:Policies:CrossTenantAccessDefault',
    category: 'Entra ID',
    isSingleton: true,
    unorderedLists: B2B_DIRECTIONS.flatMap((direction) => [
      `${direction}.applications.targets`,
      `${direction}.usersAndGroups.targets`,
    ]),
    sensitivePaths: [],
    references: B2B_DIRECTIONS.map((direction) => ({
      path: `${direction}.usersAndGroups.targets[].target`,
      to: 'MSGraph:Groups',
    })),
    graph: {
      path: '/policies/crossTenantAccessPolicy/default',
      name: 'Cross-tenant access defaults',
      readOnly: ['id', 'isServiceDefault'],
    },
  },
  {
    type: 'MSGraph:Intune:CompliancePolicies',
    category: 'Intune',
    isSingleton: false,
    unorderedLists: [...ASSIGNMENTS],
    sensitivePaths: [],
    references: ASSIGNED_GROUPS,
    graph: {
      path: '/deviceManagement/deviceCompliancePolicies',
      expand: '$expand=assignments,scheduledActionsForRule($expand=scheduledActionConfigurations)',
      readOnly: [
        ...MADE_BY_INTUNE,
        'scheduledActionsForRule[].id',
        'scheduledActionsForRule[].scheduledActionConfigurations[].id',
      ],
      apart: [
        ASSIGN,
        {
          property: 'scheduledActionsForRule',
          kind: 'action',
          action: 'scheduleActionsForRules',
          parameter: 'deviceComplianceScheduledActionForRules',
          alsoOnCreate: false,
        },
      ],
    },
  },
  {
    type: 'MSGraph:Intune:DeviceConfigurations',
    category: 'Intune',
    isSingleton: false,
    unorderedLists: [...ASSIGNMENTS, 'omaSettings'],
    sensitivePaths: ['preSharedKey', 'proxySettings.password', 'omaSettings[].secretValue'],
    references: ASSIGNED_GROUPS,
    graph: {
      path: '/deviceManagement/deviceConfigurations',
      expand: '$expand=assignments',
      readOnly: MADE_BY_INTUNE,
      apart: [ASSIGN],
    },
  },
];

const rows = new Map(CONFIGURATION_TYPES.map((row) => [row.type, row]));

export function configurationTypeOf(type: string): ConfigurationType {
  return (
    rows.get(type) ?? {
      ...{ type, category: 'Other', isSingleton: false, unorderedLists: [], sensitivePaths: [] },
      ...{ references: [], graph: null },
    }
  );
}

/** The type of which this is the name, or that begins it: `MSGraph:Groups:All employees` begins with `MSGraph:Groups`. */
export const typeThatBegins = (text: string) =>
  CONFIGURATION_TYPES.find(({ type }) => text === type || text.startsWith(`${type}:`))?.type ?? null;

/** Whether a place in an object matches one of the paths. Steps are keys; `[]` is the step into a list. */
export const matchesPath = (paths: readonly string[], steps: readonly string[]) =>
  paths.length > 0 && stepsOf(paths).has(steps.join('.'));

// Asked for every property of every object.
const stepsByList = new WeakMap<readonly string[], Set<string>>();

function stepsOf(paths: readonly string[]): Set<string> {
  const steps = stepsByList.get(paths) ?? new Set(paths.map((path) => path.replaceAll('[]', '.[]')));
  stepsByList.set(paths, steps);
  return steps;
}
