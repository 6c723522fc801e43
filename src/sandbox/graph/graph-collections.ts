/** Where Graph shows each type, and what it adds to an object by itself. */
import { isJsonObject, type Json, type JsonObject } from '../../pipeline/canonical-json.ts';

export type Collection = {
  path: string;
  type: string;
  isSingleton: boolean;
  /** The client says which id a new object gets. */
  hasChosenId?: true;
  /** Properties that a PATCH or POST of the object does not take. */
  refused: string[];
  required: string[];
  /** Only shown when `$expand` names them. */
  expanded: string[];
  /** Read-only properties. */
  made(object: JsonObject, id: string): JsonObject;
  /** Objects that come with the service. */
  builtIn?: JsonObject[];
};

const MADE_AT = '2024-02-05T08:30:00Z';
const stamped = (id: string, modified = 'modifiedDateTime'): JsonObject => ({
  id,
  createdDateTime: MADE_AT,
  [modified]: MADE_AT,
});

const strength = (last: number, displayName: string): JsonObject => ({
  ...stamped(`00000000-0000-0000-0000-00000000000${last}`),
  displayName,
  description: '',
  policyType: 'builtIn',
  requirementsSatisfied: 'mfa',
  allowedCombinations: ['fido2'],
  combinationConfigurations: [],
});
const BUILT_IN_STRENGTHS = [
  strength(2, 'Multifactor authentication'),
  strength(3, 'Passwordless MFA'),
  strength(4, 'Phishing-resistant MFA'),
];

const plain = { isSingleton: false, refused: [], required: ['displayName'], expanded: [] };
const singleton = { isSingleton: true, refused: [], required: [], expanded: [] };
const intune = { ...plain, refused: ['assignments'], expanded: ['assignments'] };

const madeByIntune = (object: JsonObject, id: string): JsonObject => ({
  ...stamped(id, 'lastModifiedDateTime'),
  version: 3,
  supportsScopeTags: true,
  assignments: numbered(object.assignments, id).map((item) => ({ ...item, source: 'direct', sourceId: id })),
});

const numbered = (value: Json | undefined, id: string): JsonObject[] =>
  (Array.isArray(value) ? value.filter(isJsonObject) : []).map((item, index) => ({
    id: `${id}_${index}`,
    ...item,
  }));

export const COLLECTIONS: Collection[] = [
  {
    ...plain,
    path: '/identity/conditionalAccess/policies',
    type: 'MSGraph:ConditionalAccess:Policies',
    required: ['displayName', 'state', 'conditions'],
    made: (object, id) => ({ ...stamped(id), templateId: null, ...wholeStrength(object) }),
  },
  {
    ...plain,
    path: '/identity/conditionalAccess/namedLocations',
    type: 'MSGraph:ConditionalAccess:NamedLocations',
    required: ['displayName', '@odata.type'],
    made: (_object, id) => stamped(id),
  },
  {
    ...plain,
    path: '/policies/authenticationStrengthPolicies',
    type: 'MSGraph:ConditionalAccess:AuthenticationStrengths',
    required: ['displayName', 'allowedCombinations'],
    made: (_object, id) => ({
      ...stamped(id),
      policyType: 'custom',
      requirementsSatisfied: 'mfa',
      'combinationConfigurations@odata.context': '#combinationConfigurations',
      combinationConfigurations: [],
    }),
    builtIn: BUILT_IN_STRENGTHS,
  },
  {
    ...plain,
    path: '/identity/conditionalAccess/authenticationContextClassReferences',
    type: 'MSGraph:ConditionalAccess:AuthenticationContexts',
    hasChosenId: true,
    made: () => ({}),
  },
  {
    ...plain,
    path: '/groups',
    type: 'MSGraph:Groups',
    required: ['displayName', 'mailEnabled', 'mailNickname', 'securityEnabled'],
    made: (_object, id) => ({
      ...stamped(id, 'renewedDateTime'),
      ...{ deletedDateTime: null, mail: null, proxyAddresses: [], onPremisesSyncEnabled: null },
      securityIdentifier: `S-1-12-1-${Number.parseInt(id.slice(0, 8), 16)}`,
    }),
  },
  {
    ...intune,
    path: '/deviceManagement/deviceCompliancePolicies',
    type: 'MSGraph:Intune:CompliancePolicies',
    required: ['displayName', '@odata.type', 'scheduledActionsForRule'],
    expanded: ['assignments', 'scheduledActionsForRule'],
    made: (object, id) => ({
      ...madeByIntune(object, id),
      'scheduledActionsForRule@odata.context': '#scheduledActionsForRule',
      scheduledActionsForRule: numbered(object.scheduledActionsForRule, id).map((rule) => ({
        ...rule,
        scheduledActionConfigurations: numbered(rule.scheduledActionConfigurations, id),
      })),
    }),
  },
  {
    ...intune,
    path: '/deviceManagement/deviceConfigurations',
    type: 'MSGraph:Intune:DeviceConfigurations',
    required: ['displayName', '@odata.type'],
    made: madeByIntune,
  },
  {
    ...singleton,
    path: '/policies/authorizationPolicy',
    type: 'MSGraph:Policies:AuthorizationPolicy',
    made: () => ({ id: 'authorizationPolicy', deletedDateTime: null }),
  },
  {
    ...singleton,
    path: '/policies/authenticationMethodsPolicy',
    type: 'MSGraph:Policies:AuthenticationMethodsPolicy',
    refused: ['authenticationMethodConfigurations'],
    made: () => ({
      ...{ id: 'authenticationMethodsPolicy', lastModifiedDateTime: MADE_AT, policyVersion: '1.5' },
      'authenticationMethodConfigurations@odata.context': '#authenticationMethodConfigurations',
    }),
  },
  {
    ...singleton,
    path: '/policies/identitySecurityDefaultsEnforcementPolicy',
    type: 'MSGraph:Policies:SecurityDefaults',
    made: () => ({
      ...{ id: '00000000-0000-0000-0000-000000000005', displayName: 'Security Defaults' },
      description: 'Basic identity security mechanisms that Microsoft recommends.',
    }),
  },
  {
    ...singleton,
    path: '/policies/crossTenantAccessPolicy/default',
    type: 'MSGraph:Policies:CrossTenantAccessDefault',
    made: () => ({ isServiceDefault: false }),
  },
];

/** A policy shows the whole strength that it names. */
function wholeStrength({ grantControls }: JsonObject): JsonObject {
  if (!isJsonObject(grantControls) || !isJsonObject(grantControls.authenticationStrength)) return {};
  const { id } = grantControls.authenticationStrength;
  const known = BUILT_IN_STRENGTHS.find((builtIn) => builtIn.id === id) ?? {
    ...strength(0, ''),
    policyType: 'custom',
    id: id ?? null,
  };
  return { grantControls: { ...grantControls, authenticationStrength: known } };
}
