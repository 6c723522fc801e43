import { builder } from '../graphql/builder.ts';
import { EventInterface, TenantEventInterface, type ToldEvent } from '../graphql/event.ts';
import type { DecisionState, DecisionVerdict, RevertStatus } from './change-set.ts';
import { DecisionStateEnum, DecisionVerdictEnum, RevertStatusEnum } from './change-set-enums.graphql.ts';
import { changeSetById, revertById } from './change-set-loaders.graphql.ts';
import { ChangeSetType } from './change-sets.graphql.ts';
import { RevertType } from './decisions.graphql.ts';

builder.objectRef<ToldEvent<'CHANGE_SET_READY'>>('ChangeSetReady').implement({
  description: 'A preview listed what a run wants to change.',
  interfaces: [EventInterface, TenantEventInterface],
  fields: (t) => ({
    digest: t.string({ description: 'The digest of the change set.', resolve: ({ body }) => body.digest }),
    changeSet: t.field({
      type: ChangeSetType,
      nullable: true,
      description: 'The change set.',
      resolve: ({ body }, _args, context) => changeSetById(context, body.changeSetId),
    }),
  }),
});

builder.objectRef<ToldEvent<'CHANGE_SET_DECIDED'>>('ChangeSetDecided').implement({
  description: 'Somebody approved or rejected, or Azure DevOps has taken or refused the decision.',
  interfaces: [EventInterface, TenantEventInterface],
  fields: (t) => ({
    verdict: t.field({
      type: DecisionVerdictEnum,
      description: 'What was decided.',
      resolve: ({ body }) => body.verdict as DecisionVerdict,
    }),
    state: t.field({
      type: DecisionStateEnum,
      description: 'How far the decision had come.',
      resolve: ({ body }) => body.state as DecisionState,
    }),
    digest: t.string({
      nullable: true,
      description: 'Digest of what was reviewed; null when it was decided in the portal.',
      resolve: ({ body }) => body.digest,
    }),
    changeSet: t.field({
      type: ChangeSetType,
      nullable: true,
      description: 'What was reviewed; null when it was decided in the portal.',
      resolve: ({ body }, _args, context) =>
        body.changeSetId ? changeSetById(context, body.changeSetId) : null,
    }),
  }),
});

builder.objectRef<ToldEvent<'REVERT_FINISHED'>>('RevertFinished').implement({
  description: 'A revert ended, well or not.',
  interfaces: [EventInterface, TenantEventInterface],
  fields: (t) => ({
    status: t.field({
      type: RevertStatusEnum,
      description: 'How it ended.',
      resolve: ({ body }) => body.status as RevertStatus,
    }),
    commit: t.string({
      nullable: true,
      description: 'The commit that it made; null when it made none.',
      resolve: ({ body }) => body.commit,
    }),
    revert: t.field({
      type: RevertType,
      nullable: true,
      description: 'The revert, as it is now.',
      resolve: ({ body }, _args, context) => revertById(context, body.revertId),
    }),
  }),
});
