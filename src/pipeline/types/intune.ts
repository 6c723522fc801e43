import type { WrittenApart } from '../graph/graph-type.ts';
import type { ConfigurationType } from './configuration-type.ts';

const ASSIGNMENTS = ['assignments', 'roleScopeTagIds'] as const;
const ASSIGNED_GROUPS = [{ path: 'assignments[].target.groupId', to: 'MSGraph:Groups' }] as const;
const ASSIGN: WrittenApart = {
  property: 'assignments',
  kind: 'action',
  action: 'assign',
  parameter: 'assignments',
  alsoOnCreate: true,
};
const MADE_BY_INTUNE = [
  ...['id', 'createdDateTime', 'lastModifiedDateTime', 'version', 'supportsScopeTags'],
  ...['id', 'source', 'sourceId'].map((key) => `assignments[].${key}`),
];

export const INTUNE_TYPES: readonly ConfigurationType[] = [
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
    sensitivePaths: ['preSharedKey', 'proxySettings.password', 'omaSettings[].value'],
    references: ASSIGNED_GROUPS,
    graph: {
      path: '/deviceManagement/deviceConfigurations',
      expand: '$expand=assignments',
      readOnly: [...MADE_BY_INTUNE, 'omaSettings[].secretReferenceValueId'],
      apart: [ASSIGN],
    },
  },
];
