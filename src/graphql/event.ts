import type { Actor } from '../events/actor.ts';
import type { EventBody, EventKind } from '../events/event.ts';
import type { EventId, RunId, TenantId } from '../lib/ids.ts';
import { encodeCursor } from '../events/cursor.ts';
import { ActorType } from './actor.ts';
import { builder } from './builder.ts';
import { enumOf } from './enums.ts';
import { typenameOf } from './typename.ts';

/** An event as clients are told it: with the cursor that resumes behind it. */
type Told<Kind> = { kind: Kind; id: EventId; cursor: string; occurredAt: Date };
export type Heartbeat = Told<'HEARTBEAT'>;
export type ToldEvent<Kind extends EventKind = EventKind> = Told<Kind> & {
  tenantId: TenantId;
  runId: RunId | null;
  actor: Actor;
  body: Extract<EventBody, { kind: Kind }>;
};

const KINDS: Readonly<Record<EventKind, string>> = {
  TENANT_STATUS_CHANGED: 'The status of a tenant changed.',
  SYNC_RUN_CHANGED: 'A sync run began, or its status changed.',
  AUTHENTICATION_REQUESTED: 'A run waits for somebody to sign in.',
  CHANGE_SET_READY: 'A preview listed what a run wants to change.',
  CHANGE_SET_DECIDED: 'Somebody approved or rejected, or Azure DevOps has taken or refused the decision.',
  REVERT_FINISHED: 'A revert ended, well or not.',
  GATE_MISSING:
    'A run went to deploy although approval is required and Azure DevOps has no gate. A person must look.',
  TENANT_ADDED: 'A tenant was discovered.',
  TENANT_REMOVED: 'Azure DevOps no longer has a tenant.',
  WEB_HOOK_SWITCHED_OFF:
    'Nothing more is sent to a web hook, because its receiver kept failing. A person must look.',
};
export const EventKindEnum = enumOf<EventKind>(
  'EventKind',
  'The kinds of event, named like their types.',
  KINDS,
);

/** While a release is rolled out, instances of the one before read what the next one wrote. */
const typeOf = ({ kind }: Told<string>) =>
  Object.hasOwn(KINDS, kind) || kind === 'HEARTBEAT' ? typenameOf(kind) : 'OtherEvent';

export const EventInterface = builder.interfaceRef<Told<EventKind | 'HEARTBEAT'>>('Event').implement({
  description: 'Something that happened, in the order in which the log has it.',
  resolveType: typeOf,
  fields: (t) => ({
    id: t.exposeID('id', {
      description: 'Stays the same when an event is delivered again: use it to drop doubles.',
    }),
    cursor: t.expose('cursor', {
      type: 'Cursor',
      description: 'Give it as `after` to resume exactly behind this event.',
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it happened.' }),
  }),
});

/** The `tenant` is added where tenants are known. */
export const TenantEventInterface = builder.interfaceRef<ToldEvent>('TenantEvent').implement({
  description: 'An event about a tenant: every event but the heartbeat.',
  interfaces: [EventInterface],
  resolveType: typeOf,
  fields: (t) => ({
    actor: t.field({ type: ActorType, description: 'Who did it.', resolve: (event) => event.actor }),
  }),
});

builder.objectRef<Heartbeat>('Heartbeat').implement({
  description:
    'Nothing happened for a while. Sent only on the subscription `events`: it shows that the connection lives, and moves the cursor of a quiet client on.',
  interfaces: [EventInterface],
});

builder.objectRef<ToldEvent>('OtherEvent').implement({
  description:
    'An event that this instance has no type for: one of a newer release wrote it, and tells the same id as what it is.',
  interfaces: [EventInterface, TenantEventInterface],
});

builder.queryField('eventCursor', (t) =>
  t.field({
    type: 'Cursor',
    description:
      "The log's place before anything else in this request was read. Read the present state and this in one request, then subscribe after it: nothing is missed.",
    resolve: (_root, _args, { logPlace }) => encodeCursor(logPlace),
  }),
);
