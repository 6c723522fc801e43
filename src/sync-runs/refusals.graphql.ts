import { builder } from '../graphql/builder.ts';
import { RefusalInterface, type Refused } from '../graphql/refusals.ts';
import type { ActionRefused, InvalidInput, NotFound, SyncAlreadyOpen } from './refusals.ts';
import { ActionRefusalReasonEnum } from './sync-run-parts.graphql.ts';
import { SyncRunType } from './sync-runs.graphql.ts';

export const NotFoundType = builder.objectRef<Refused<NotFound>>('NotFound').implement({
  description: 'Nothing of that id exists for the viewer.',
  interfaces: [RefusalInterface],
});

export const InvalidInputType = builder.objectRef<Refused<InvalidInput>>('InvalidInput').implement({
  description: 'A value of the input cannot be used. Correct it and send it again.',
  interfaces: [RefusalInterface],
  fields: (t) => ({
    field: t.string({
      description: 'The field of the input that is wrong.',
      resolve: ({ refusal }) => refusal.field,
    }),
  }),
});

export const ActionRefusedType = builder.objectRef<Refused<ActionRefused>>('ActionRefused').implement({
  description: 'The action is not possible now, for the reason that the status menu shows too.',
  interfaces: [RefusalInterface],
  fields: (t) => ({
    reason: t.field({
      type: ActionRefusalReasonEnum,
      description: 'Why not.',
      resolve: ({ refusal }) => refusal.reason,
    }),
    run: t.field({
      type: SyncRunType,
      nullable: true,
      description: 'The run that it is about, when there is one.',
      resolve: ({ refusal }) => refusal.run,
    }),
  }),
});

export const SyncAlreadyOpenType = builder.objectRef<Refused<SyncAlreadyOpen>>('SyncAlreadyOpen').implement({
  description: "The tenant's newest run is still open. Wait for it, cancel it, or decide it.",
  interfaces: [RefusalInterface],
  fields: (t) => ({
    run: t.field({
      type: SyncRunType,
      description: 'The run that is open.',
      resolve: ({ refusal }) => refusal.run,
    }),
  }),
});
