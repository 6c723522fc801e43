import type { ConfigurationObject } from '../../../pipeline/stage.ts';
import { groupNamed, named, type Profile } from './profile.ts';

const allowed = (accessType: 'allowed' | 'blocked', targetType: string, target: string) => ({
  accessType,
  targets: [{ target, targetType }],
});
const direction = (accessType: 'allowed' | 'blocked') => ({
  usersAndGroups: allowed(accessType, 'user', 'AllUsers'),
  applications: allowed(accessType, 'application', 'AllApplications'),
});

/** The policies of which every tenant has exactly one. */
export function singletonPolicies(profile: Profile): ConfigurationObject[] {
  return [
    named('MSGraph:Policies:AuthorizationPolicy', 'Authorization Policy', {
      allowInvitesFrom: profile.size === 'small' ? 'everyone' : 'adminsAndGuestInviters',
      allowedToUseSSPR: true,
      allowedToSignUpEmailBasedSubscriptions: false,
      allowEmailVerifiedUsersToJoinOrganization: false,
      blockMsolPowerShell: true,
      guestUserRoleId: '10dae51f-b6af-4016-8d66-8c2a99b929b3',
      defaultUserRolePermissions: {
        allowedToCreateApps: false,
        allowedToCreateSecurityGroups: false,
        allowedToCreateTenants: false,
        allowedToReadBitlockerKeysForOwnedDevice: true,
        allowedToReadOtherUsers: true,
      },
      permissionGrantPolicyIdsAssignedToDefaultUserRole: [
        'ManagePermissionGrantsForSelf.microsoft-user-default-low',
      ],
    }),
    named('MSGraph:Policies:AuthenticationMethodsPolicy', 'Authentication Methods Policy', {
      description: 'The tenant-wide policy that controls which authentication methods are allowed.',
      authenticationMethodConfigurations: [
        method('Fido2', 'enabled', 'all_users', {
          isSelfServiceRegistrationAllowed: true,
          isAttestationEnforced: true,
        }),
        method('MicrosoftAuthenticator', 'enabled', 'all_users', { isSoftwareOathEnabled: false }),
        method('TemporaryAccessPass', 'enabled', groupNamed('Service desk'), {
          defaultLength: 10,
          defaultLifetimeInMinutes: 60,
          isUsableOnce: true,
        }),
        method('Sms', 'disabled', 'all_users', {}),
        method('Voice', 'disabled', 'all_users', { isOfficePhoneAllowed: false }),
      ],
    }),
    unnamed('MSGraph:Policies:SecurityDefaults', 'Security Defaults', { isEnabled: false }),
    unnamed('MSGraph:Policies:CrossTenantAccessDefault', 'Cross-tenant access defaults', {
      b2bCollaborationInbound: direction('allowed'),
      b2bCollaborationOutbound: direction('allowed'),
      b2bDirectConnectInbound: direction('blocked'),
      b2bDirectConnectOutbound: direction('blocked'),
      inboundTrust: {
        isMfaAccepted: profile.size !== 'small',
        isCompliantDeviceAccepted: false,
        isHybridAzureADJoinedDeviceAccepted: false,
      },
    }),
  ];
}

/** Policies whose name is no property of theirs. */
const unnamed = (
  configurationType: string,
  displayName: string,
  properties: Record<string, unknown>,
): ConfigurationObject => ({ configurationType, displayName, properties });

const method = (
  id: string,
  state: 'enabled' | 'disabled',
  target: string,
  properties: Record<string, unknown>,
) => ({
  '@odata.type': `#microsoft.graph.${id[0]?.toLowerCase()}${id.slice(1)}AuthenticationMethodConfiguration`,
  id,
  state,
  includeTargets: [{ id: target, targetType: 'group', isRegistrationRequired: false }],
  excludeTargets: [],
  ...properties,
});
