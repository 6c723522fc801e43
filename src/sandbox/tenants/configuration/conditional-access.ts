import { referenceTo } from '../../../pipeline/references.ts';
import type { ConfigurationObject } from '../../../pipeline/stage.ts';
import { bySize, groupNamed, named, type Profile } from './profile.ts';

const POLICIES = 'MSGraph:ConditionalAccess:Policies';
const ADMIN_ROLES = [
  '62e90394-69f5-4237-9190-012177145e10',
  '194ae4cb-b126-40b2-bd5b-6091b380977d',
  '29232cdf-9323-42fd-ade2-1d097af3e4de',
  'b1be1c3e-b65d-4f19-8427-f6fa0d97feb9',
  'fe930be7-5e62-47db-91af-98c3a49a38b1',
];
const AZURE_MANAGEMENT = '797f4846-ba00-4fd7-ba43-dac1f8f63013';
const OFFICE_365 = 'Office365';
const PHISHING_RESISTANT = '00000000-0000-0000-0000-000000000004';

type Rule = {
  name: string;
  state: 'enabled' | 'disabled' | 'enabledForReportingButNotEnforced';
  users?: Record<string, string[]>;
  applications?: Record<string, string[]>;
  conditions?: Record<string, unknown>;
  grant?: string[];
  strength?: string;
  session?: Record<string, unknown>;
};

const everyone = { includeUsers: ['All'] };
const admins = { includeRoles: ADMIN_ROLES };

function rulesOf(profile: Profile): Rule[] {
  const location = (displayName: string) =>
    referenceTo({ configurationType: 'MSGraph:ConditionalAccess:NamedLocations', displayName });
  const office = location(`${profile.company} offices`);
  return [
    {
      name: 'Block legacy authentication',
      state: 'enabled',
      users: everyone,
      conditions: { clientAppTypes: ['exchangeActiveSync', 'other'] },
      grant: ['block'],
    },
    {
      name: 'Require multifactor authentication for administrators',
      state: 'enabled',
      users: admins,
      grant: ['mfa'],
    },
    {
      name: 'Require multifactor authentication for all users',
      state: 'enabled',
      users: everyone,
      conditions: { locations: { includeLocations: ['All'], excludeLocations: [office] } },
      grant: ['mfa'],
    },
    {
      name: 'Require multifactor authentication for Azure management',
      state: 'enabled',
      users: everyone,
      applications: { includeApplications: [AZURE_MANAGEMENT] },
      grant: ['mfa'],
    },
    {
      name: 'Block sign-ins from countries without business',
      state: 'enabled',
      users: everyone,
      conditions: {
        locations: { includeLocations: ['All'], excludeLocations: [location('Countries with business')] },
      },
      grant: ['block'],
    },
    {
      name: 'Require a compliant device for Office 365',
      state: 'enabledForReportingButNotEnforced',
      users: { includeGroups: [groupNamed('All employees')] },
      applications: { includeApplications: [OFFICE_365] },
      grant: ['compliantDevice', 'domainJoinedDevice'],
    },
    {
      name: 'Require phishing-resistant authentication for administrators',
      state: 'enabledForReportingButNotEnforced',
      users: admins,
      strength: PHISHING_RESISTANT,
    },
    {
      name: 'Require password change for high-risk users',
      state: 'enabled',
      users: everyone,
      conditions: { userRiskLevels: ['high'] },
      grant: ['mfa', 'passwordChange'],
    },
    {
      name: 'Require multifactor authentication for risky sign-ins',
      state: 'enabled',
      users: everyone,
      conditions: { signInRiskLevels: ['high', 'medium'] },
      grant: ['mfa'],
    },
    {
      name: 'Limit sessions on unmanaged devices',
      state: 'enabled',
      users: everyone,
      applications: { includeApplications: [OFFICE_365] },
      session: {
        signInFrequency: {
          value: 12,
          type: 'hours',
          isEnabled: true,
          authenticationType: 'primaryAndSecondaryAuthentication',
          frequencyInterval: 'timeBased',
        },
        persistentBrowser: { mode: 'never', isEnabled: true },
      },
    },
    {
      name: 'Secure security info registration',
      state: 'enabled',
      users: everyone,
      applications: { includeUserActions: ['urn:user:registersecurityinfo'] },
      conditions: { locations: { includeLocations: ['All'], excludeLocations: [office] } },
      grant: ['mfa'],
    },
    {
      name: 'Block device code flow',
      state: 'disabled',
      users: everyone,
      conditions: { authenticationFlows: { transferMethods: 'deviceCodeFlow,authenticationTransfer' } },
      grant: ['block'],
    },
  ];
}

export const conditionalAccessPolicies = (profile: Profile): ConfigurationObject[] =>
  bySize(profile, rulesOf(profile)).map((rule) => named(POLICIES, rule.name, policyOf(rule)));

function policyOf(rule: Rule): Record<string, unknown> {
  const none = { includeUsers: [], includeGroups: [], includeRoles: [], excludeUsers: [], excludeRoles: [] };
  return {
    state: rule.state,
    conditions: {
      users: { ...none, excludeGroups: [groupNamed('Break glass accounts')], ...rule.users },
      applications: {
        includeApplications: ['All'],
        excludeApplications: [],
        includeUserActions: [],
        ...rule.applications,
      },
      clientAppTypes: ['all'],
      signInRiskLevels: [],
      userRiskLevels: [],
      ...rule.conditions,
    },
    grantControls: grantOf(rule),
    sessionControls: rule.session ?? null,
  };
}

function grantOf({ grant = [], strength }: Rule): Record<string, unknown> | null {
  if (grant.length === 0 && !strength) return null;
  return {
    operator: grant.includes('passwordChange') ? 'AND' : 'OR',
    builtInControls: grant,
    customAuthenticationFactors: [],
    termsOfUse: [],
    ...(strength ? { authenticationStrength: { id: strength } } : {}),
  };
}

export function namedLocations(profile: Profile): ConfigurationObject[] {
  const type = 'MSGraph:ConditionalAccess:NamedLocations';
  const ranges = (...addresses: string[]) =>
    addresses.map((cidrAddress) => ({ '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress }));
  const ip = (name: string, ...addresses: string[]) =>
    named(type, name, {
      '@odata.type': '#microsoft.graph.ipNamedLocation',
      isTrusted: true,
      ipRanges: ranges(...addresses),
    });
  return bySize(profile, [
    ip(`${profile.company} offices`, '198.51.100.0/26', '203.0.113.32/27'),
    named(type, 'Countries with business', {
      '@odata.type': '#microsoft.graph.countryNamedLocation',
      countriesAndRegions: profile.countries,
      countryLookupMethod: 'clientIpAddress',
      includeUnknownCountriesAndRegions: false,
    }),
    ip('Remote access gateways', '192.0.2.8/29'),
    ip('Monitoring probes', '198.51.100.192/28'),
  ]);
}

export function authenticationStrengths(profile: Profile): ConfigurationObject[] {
  const type = 'MSGraph:ConditionalAccess:AuthenticationStrengths';
  return bySize(profile, [
    named(type, 'Security keys and Windows Hello', {
      description: 'For administrators and everyone who signs payments.',
      allowedCombinations: ['fido2', 'windowsHelloForBusiness', 'x509CertificateMultiFactor'],
    }),
    named(type, 'Passkeys or number matching', {
      description: 'For employees without a security key.',
      allowedCombinations: ['fido2', 'password,microsoftAuthenticatorPush', 'deviceBasedPush'],
    }),
  ]);
}

export function authenticationContexts(profile: Profile): ConfigurationObject[] {
  const type = 'MSGraph:ConditionalAccess:AuthenticationContexts';
  return bySize(profile, [
    named(type, 'Privileged role activation', {
      id: 'c1',
      description: 'Asked for when a role is activated.',
      isAvailable: true,
    }),
    named(type, 'Confidential sites', {
      id: 'c2',
      description: 'Sites with the label Confidential.',
      isAvailable: true,
    }),
  ]);
}
