import { builder } from '../graphql/builder.ts';
import { RefusalInterface, type Refused } from '../graphql/refusals.ts';
import { ChangeSetType } from './change-sets.graphql.ts';
import { DecisionType } from './decisions.graphql.ts';
import type { AlreadyDecided, DigestDiffers } from './refusals.ts';

export const DigestDiffersType = builder.objectRef<Refused<DigestDiffers>>('DigestDiffers').implement({
  description:
    'Another content was reviewed than would be deployed now. Review the present change set and decide with its digest.',
  interfaces: [RefusalInterface],
  fields: (t) => ({
    changeSet: t.field({
      type: ChangeSetType,
      description: 'The present change set.',
      resolve: ({ refusal }) => refusal.changeSet,
    }),
  }),
});

export const AlreadyDecidedType = builder.objectRef<Refused<AlreadyDecided>>('AlreadyDecided').implement({
  description: 'The run was decided already, or by this person.',
  interfaces: [RefusalInterface],
  fields: (t) => ({
    decision: t.field({
      type: DecisionType,
      description: 'The decision that stands.',
      resolve: ({ refusal }) => refusal.decision,
    }),
  }),
});
