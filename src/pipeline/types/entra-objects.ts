/** Objects of Entra ID, of which a tenant may have many. */
import type { ConfigurationType } from './configuration-type.ts';

const MADE = ['id', 'createdDateTime', 'modifiedDateTime', 'deletedDateTime'] as const;

export const ENTRA_OBJECTS: readonly ConfigurationType[] = [
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
];
