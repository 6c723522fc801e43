import { builder } from '../graphql/builder.ts';
import { enumOf } from '../graphql/enums.ts';
import type { Approval, ApprovalStep, SyncRun } from '../sync-runs/sync-run.ts';
import { SyncRunType } from '../sync-runs/sync-runs.graphql.ts';
import { decisionsOfRun } from './change-set-loaders.graphql.ts';

type Gate = { approval: Approval; run: SyncRun };

const ApprovalOrderEnum = enumOf<Approval['order']>(
  'ApprovalOrder',
  'Whether approvers must answer one after the other.',
  {
    ANY: 'In any order.',
    IN_SEQUENCE: 'In the order of the list.',
  },
);

const ApprovalVerdictEnum = enumOf<NonNullable<ApprovalStep['verdict']>>(
  'ApprovalVerdict',
  'What an approver answered in Azure DevOps.',
  {
    APPROVED: 'Approved.',
    REJECTED: 'Rejected.',
  },
);

const ApproverType = builder.objectRef<ApprovalStep['approver']>('Approver').implement({
  description: 'A person or group that the gate lists.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The identity in Azure DevOps.' }),
    displayName: t.exposeString('displayName', { description: 'The name to show.' }),
    isGroup: t.exposeBoolean('isGroup', { description: 'A group: one of its members is enough.' }),
  }),
});

const AzureIdentityType = builder
  .objectRef<{ id: string; displayName: string }>('AzureDevOpsIdentity')
  .implement({
    description: 'Somebody in Azure DevOps.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'The identity in Azure DevOps.' }),
      displayName: t.exposeString('displayName', { description: 'The name to show.' }),
    }),
  });

const ApprovalStepType = builder.objectRef<ApprovalStep>('ApprovalStep').implement({
  description: 'One approver of the gate, and the answer in Azure DevOps.',
  fields: (t) => ({
    approver: t.expose('approver', { type: ApproverType, description: 'Who is asked.' }),
    decidedBy: t.expose('decidedBy', {
      type: AzureIdentityType,
      nullable: true,
      description:
        'Who answered: another identity when a group is asked, or when this service answered for people.',
    }),
    verdict: t.expose('verdict', {
      type: ApprovalVerdictEnum,
      nullable: true,
      description: 'The answer; null while there is none.',
    }),
    comment: t.exposeString('comment', { nullable: true, description: 'The comment in Azure DevOps.' }),
    decidedAt: t.expose('decidedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was answered.',
    }),
  }),
});

const ApprovalType = builder.objectRef<Gate>('Approval').implement({
  description: 'The gate that a run waits or waited at.',
  fields: (t) => ({
    required: t.int({
      description: 'How many approvals it takes. The first rejection ends it.',
      resolve: ({ approval }) => approval.required,
    }),
    given: t.int({
      description: 'How many approvals there are, those through this API and those in the portal together.',
      resolve: async ({ approval, run }, _args, context) => {
        const decisions = (await decisionsOfRun(context, run.id)) ?? [];
        const approving = decisions.filter(
          (one) =>
            one.approvalId === approval.approvalId && one.verdict === 'APPROVE' && one.state !== 'FAILED',
        );
        return Math.max(approval.given, new Set(approving.map((one) => one.personId)).size);
      },
    }),
    missing: t.field({
      type: [ApproverType],
      description: 'The listed approvers for whom Azure DevOps has no answer yet.',
      resolve: ({ approval }) =>
        approval.steps.filter((step) => step.verdict === null).map((step) => step.approver),
    }),
    order: t.field({
      type: ApprovalOrderEnum,
      description: 'Whether the order of the approvers matters.',
      resolve: ({ approval }) => approval.order,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Until when it can be decided; null when Azure DevOps does not say.',
      resolve: ({ approval }) => approval.expiresAt,
    }),
    selfApprovalAllowed: t.boolean({
      description: 'Whoever asked for the sync may decide it too.',
      resolve: ({ approval }) => approval.selfApprovalAllowed,
    }),
    steps: t.field({
      type: [ApprovalStepType],
      description: 'The approvers and their answers in Azure DevOps.',
      resolve: ({ approval }) => approval.steps,
    }),
  }),
});

builder.objectField(SyncRunType, 'approval', (t) =>
  t.field({
    type: ApprovalType,
    nullable: true,
    description: 'The gate that it waits or waited at; null when it reached none.',
    resolve: (run) => (run.approval ? { approval: run.approval, run } : null),
  }),
);
