import type { ConfigurationObject } from '../../../pipeline/stage.ts';
import { bySize, named, type Profile } from './profile.ts';

type Group = { name: string; description: string; rule?: string; isUnified?: boolean };

const GROUPS: Group[] = [
  {
    name: 'Break glass accounts',
    description: 'Emergency access. Excluded from every conditional access policy.',
  },
  {
    name: 'All employees',
    description: 'Everyone with an employee id.',
    rule: '(user.employeeId -ne null) and (user.accountEnabled -eq true)',
  },
  {
    name: 'Windows devices',
    description: 'Target of the Windows policies.',
    rule: '(device.deviceOSType -eq "Windows") and (device.deviceOwnership -eq "Company")',
  },
  { name: 'Service desk', description: 'May reset passwords and see devices.' },
  { name: 'Pilot users', description: 'Get changes a week before everyone else.' },
  {
    name: 'Frontline workers',
    description: 'Shared devices, no mailbox.',
    rule: 'user.department -eq "Operations"',
  },
  { name: 'Executive board', description: 'Conversation, calendar and files of the board.', isUnified: true },
];

export const groups = (profile: Profile): ConfigurationObject[] =>
  bySize(profile, GROUPS).map((group) =>
    named('MSGraph:Groups', group.name, {
      description: group.description,
      groupTypes: [...(group.isUnified ? ['Unified'] : []), ...(group.rule ? ['DynamicMembership'] : [])],
      mailEnabled: group.isUnified === true,
      mailNickname: group.name.toLowerCase().replaceAll(' ', '-'),
      securityEnabled: true,
      membershipRule: group.rule ?? null,
      membershipRuleProcessingState: group.rule ? 'On' : null,
      visibility: 'Private',
    }),
  );
