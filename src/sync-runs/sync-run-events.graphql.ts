import { builder } from '../graphql/builder.ts';
import type { Context } from '../graphql/context.ts';
import { EventInterface, TenantEventInterface, type ToldEvent } from '../graphql/event.ts';
import { parseId } from '../graphql/ids.ts';
import { tellEvents } from '../graphql/tell-events.ts';
import { badInput } from '../graphql/user-error.ts';
import type { RunId } from '../lib/ids.ts';
import type { SyncRun, SyncRunOutcome, SyncRunStatus } from './sync-run.ts';
import { SyncRunOutcomeEnum, SyncRunStatusEnum } from './sync-run-enums.graphql.ts';
import { runById } from './sync-run-loaders.graphql.ts';
import { SyncRunType } from './sync-runs.graphql.ts';

builder.interfaceField(TenantEventInterface, 'run', (t) =>
  t.field({
    type: SyncRunType,
    nullable: true,
    description: 'The run it is about, as it is now; null when it is about no run.',
    resolve: (event, _args, context) => (event.runId ? runById(context, event.runId) : null),
  }),
);

export const SyncRunChanged = builder.objectRef<ToldEvent<'SYNC_RUN_CHANGED'>>('SyncRunChanged').implement({
  description: 'A sync run began, or its status changed.',
  interfaces: [EventInterface, TenantEventInterface],
  fields: (t) => ({
    run: t.field({
      type: SyncRunType,
      description: 'The run, as it is now.',
      resolve: (event, _args, context) => existingRun(context, event.runId),
    }),
    previousStatus: t.field({
      type: SyncRunStatusEnum,
      nullable: true,
      description: 'The status before; null when the run began.',
      resolve: ({ body }) => body.previousStatus as SyncRunStatus | null,
    }),
    status: t.field({
      type: SyncRunStatusEnum,
      description: 'The status after. The run itself may have moved on since.',
      resolve: ({ body }) => body.status as SyncRunStatus,
    }),
    outcome: t.field({
      type: SyncRunOutcomeEnum,
      nullable: true,
      description: 'How it ended; set when the status after is COMPLETED.',
      resolve: ({ body }) => body.outcome as SyncRunOutcome | null,
    }),
    version: t.int({
      description: "The run's version after this change.",
      resolve: ({ body }) => body.version,
    }),
  }),
});

builder.objectRef<ToldEvent<'AUTHENTICATION_REQUESTED'>>('AuthenticationRequested').implement({
  description: "A run waits for somebody to sign in; the run's authentication has the code.",
  interfaces: [EventInterface, TenantEventInterface],
  fields: (t) => ({
    expiresAt: t.field({
      type: 'DateTime',
      description: 'Until when the code works.',
      resolve: ({ body }) => body.expiresAt,
    }),
  }),
});

builder.objectRef<ToldEvent<'GATE_MISSING'>>('GateMissing').implement({
  description:
    'A run went to deploy although approval is required and Azure DevOps has no gate. A person must look.',
  interfaces: [EventInterface, TenantEventInterface],
});

builder.subscriptionField('syncRunChanged', (t) =>
  t.field({
    type: SyncRunChanged,
    description:
      'Every change of the status of one run, as it happens. Begins with the next one, or exactly behind `after`.',
    args: {
      syncRunId: t.arg.id({ required: true, description: "The run's id." }),
      after: t.arg({
        type: 'Cursor',
        description: 'Resume behind this cursor. One that is too old is refused with CURSOR_EXPIRED.',
      }),
    },
    subscribe: async (_root, { syncRunId, after }, context) => {
      const { id: runId } = await existingRun(context, parseId(syncRunId, 'run'));
      return tellEvents(context, { runId, kinds: ['SYNC_RUN_CHANGED'] }, after);
    },
    resolve: (event) => event,
  }),
);

async function existingRun(context: Context, id: RunId | null): Promise<SyncRun> {
  const run = id && (await runById(context, id));
  if (run) return run;
  throw badInput(`There is no sync run ${id}. Take the id from a tenant's latestRun or from syncRuns.`);
}
