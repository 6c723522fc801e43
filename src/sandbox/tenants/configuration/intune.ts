import type { ConfigurationObject } from '../../../pipeline/stage.ts';
import { bySize, groupNamed, idFrom, named, numberFrom, type Profile } from './profile.ts';

const COMPLIANCE = 'MSGraph:Intune:CompliancePolicies';
const CONFIGURATIONS = 'MSGraph:Intune:DeviceConfigurations';

const assignedTo = (id: string | null) => ({
  roleScopeTagIds: ['0'],
  assignments: [
    {
      target: id
        ? { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId: id }
        : { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' },
    },
  ],
});

const afterGracePeriod = (gracePeriodHours: number) => ({
  scheduledActionsForRule: [
    {
      ruleName: 'PasswordRequired',
      scheduledActionConfigurations: [
        { actionType: 'block', gracePeriodHours, notificationTemplateId: '', notificationMessageCCList: [] },
      ],
    },
  ],
});

export function compliancePolicies(profile: Profile): ConfigurationObject[] {
  const policy = (name: string, kind: string, properties: Record<string, unknown>) =>
    named(COMPLIANCE, name, {
      '@odata.type': `#microsoft.graph.${kind}`,
      description: `Devices of ${profile.company} must meet this to reach company data.`,
      ...afterGracePeriod(24),
      ...assignedTo(null),
      ...properties,
    });
  return bySize(profile, [
    policy('Windows 11 devices', 'windows10CompliancePolicy', {
      passwordRequired: true,
      passwordMinimumLength: 10 + numberFrom(5, profile.domain),
      osMinimumVersion: '10.0.22631.4460',
      bitLockerEnabled: true,
      secureBootEnabled: true,
      codeIntegrityEnabled: true,
      defenderEnabled: true,
      rtpEnabled: true,
      ...assignedTo(groupNamed('Windows devices')),
    }),
    policy('iPhone and iPad', 'iosCompliancePolicy', {
      passcodeRequired: true,
      passcodeMinimumLength: 6,
      osMinimumVersion: '17.6',
      securityBlockJailbrokenDevices: true,
      managedEmailProfileRequired: false,
    }),
    policy('Android Enterprise (company-owned)', 'androidDeviceOwnerCompliancePolicy', {
      passwordRequired: true,
      passwordMinimumLength: 6,
      osMinimumVersion: '13.0',
      storageRequireEncryption: true,
      securityRequireSafetyNetAttestationBasicIntegrity: true,
    }),
    policy('macOS devices', 'macOSCompliancePolicy', {
      passwordRequired: true,
      osMinimumVersion: '14.7',
      storageRequireEncryption: true,
      systemIntegrityProtectionEnabled: true,
      firewallEnabled: true,
    }),
  ]);
}

export function deviceConfigurations(profile: Profile): ConfigurationObject[] {
  const configuration = (name: string, kind: string, properties: Record<string, unknown>) =>
    named(CONFIGURATIONS, name, {
      '@odata.type': `#microsoft.graph.${kind}`,
      description: null,
      ...assignedTo(null),
      ...properties,
    });
  return bySize(profile, [
    configuration(`${profile.company} Wi-Fi`, 'windowsWifiConfiguration', {
      networkName: `${profile.company} Corporate`,
      ssid: profile.company.toUpperCase().replaceAll(' ', '-'),
      wifiSecurityType: 'wpa2Personal',
      connectAutomatically: true,
      connectWhenNetworkNameIsHidden: false,
      preSharedKey: `made-up-${idFrom(profile.domain, 'wifi').slice(0, 18)}`,
    }),
    configuration('BitLocker for Windows', 'windows10EndpointProtectionConfiguration', {
      bitLockerEncryptDevice: true,
      bitLockerDisableWarningForOtherDiskEncryption: true,
      bitLockerSystemDrivePolicy: {
        encryptionMethod: 'xtsAes256',
        startupAuthenticationRequired: true,
        recoveryOptions: { recoveryInformationToStore: 'passwordAndKey' },
      },
      firewallBlockStatefulFTP: true,
    }),
    configuration('Windows update ring: broad', 'windowsUpdateForBusinessConfiguration', {
      qualityUpdatesDeferralPeriodInDays: 7,
      featureUpdatesDeferralPeriodInDays: 60,
      automaticUpdateMode: 'autoInstallAtMaintenanceTime',
      deadlineForQualityUpdatesInDays: 3,
      ...assignedTo(groupNamed('Windows devices')),
    }),
    configuration('Windows update ring: pilot', 'windowsUpdateForBusinessConfiguration', {
      qualityUpdatesDeferralPeriodInDays: 0,
      featureUpdatesDeferralPeriodInDays: 7,
      automaticUpdateMode: 'autoInstallAtMaintenanceTime',
      deadlineForQualityUpdatesInDays: 1,
      ...assignedTo(groupNamed('Pilot users')),
    }),
    configuration('iOS restrictions', 'iosGeneralDeviceConfiguration', {
      iCloudBlockBackup: true,
      screenCaptureBlocked: false,
      passcodeRequired: true,
      safariBlockAutofill: true,
    }),
    configuration('Kiosk settings', 'windows10CustomConfiguration', {
      omaSettings: [
        {
          '@odata.type': '#microsoft.graph.omaSettingInteger',
          displayName: 'Idle time',
          omaUri: './Device/Vendor/MSFT/Policy/Config/DeviceLock/MaxInactivityTimeDeviceLock',
          value: 5,
        },
        {
          '@odata.type': '#microsoft.graph.omaSettingString',
          displayName: 'Kiosk account',
          omaUri: './Device/Vendor/MSFT/Accounts/Users/kiosk/Password',
          value: `made-up-${idFrom(profile.domain, 'kiosk').slice(0, 12)}`,
        },
      ],
    }),
  ]);
}
