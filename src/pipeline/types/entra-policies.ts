/** Policies of Entra ID that every tenant has exactly once. */
import type { ConfigurationType } from './configuration-type.ts';

const B2B_DIRECTIONS = [
  'b2bCollaborationInbound',
  'b2bCollaborationOutbound',
  'b2bDirectConnectInbound',
  'b2bDirectConnectOutbound',
] as const;
const CAMPAIGN = 'registrationEnforcement.authenticationMethodsRegistrationCampaign';

export const ENTRA_POLICIES: readonly ConfigurationType[] = [
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
];
