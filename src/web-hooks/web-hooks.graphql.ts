import { ActorType } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { EventKindEnum } from '../graphql/event.ts';
import { encodeCursor } from '../events/cursor.ts';
import { parseId } from '../graphql/ids.ts';
import { defineLoader, groupedBy } from '../graphql/loaders.ts';
import { pageArgs, parsePage, toConnection } from '../graphql/paging.ts';
import type { WebHookId } from '../lib/ids.ts';
import type { WebHook } from './web-hook.ts';
import { DeliveryConnection, DeliveryFilterInput } from './web-hook-deliveries.graphql.ts';
import { OffReasonEnum } from './web-hook-events.graphql.ts';
import { listSecrets, type ShownSecret } from './web-hook-secrets.ts';
import {
  countDeliveries,
  countWaiting,
  DELIVERY_ORDER,
  findWebHook,
  listDeliveries,
  listWebHooks,
} from './web-hooks.ts';

const secretsOf = defineLoader<WebHookId, ShownSecret[]>(async ({ db }, ids) =>
  groupedBy(await listSecrets(db, ids), ({ webHookId }) => webHookId),
);
const waitingOf = defineLoader<WebHookId, number>(({ db }, ids) => countWaiting(db, ids));

const SecretType = builder.objectRef<ShownSecret>('WebHookSecret').implement({
  description: 'A secret with which messages are signed. It was shown once, when it was made.',
  fields: (t) => ({
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    worksUntil: t.expose('worksUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when messages are signed with it too; null until it is rotated.',
    }),
  }),
});

export const WebHookType = builder.objectRef<WebHook>('WebHook').implement({
  description:
    'Where events are sent by HTTP, signed as Standard Webhooks says. It belongs to the fleet, whoever made it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Names the web hook.' }),
    name: t.exposeString('name', { description: 'What it is for.' }),
    url: t.exposeString('url', { description: 'Where messages are posted to.' }),
    kinds: t.expose('kinds', {
      type: [EventKindEnum],
      nullable: true,
      description: 'Only events of these kinds are sent; null: of every kind.',
    }),
    tenantIds: t.field({
      type: ['ID'],
      nullable: true,
      description: 'Only events about these tenants are sent; null: about all, those to come included.',
      resolve: ({ tenantIds }) => tenantIds,
    }),
    isOn: t.exposeBoolean('isOn', { description: 'Whether events are sent.' }),
    offReason: t.expose('offReason', {
      type: OffReasonEnum,
      nullable: true,
      description: 'Why it is off; null while it is on.',
    }),
    offAt: t.expose('offAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it is off; null while it is on.',
    }),
    failingSince: t.expose('failingSince', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when no try succeeded; null when the last one did.',
    }),
    cursor: t.field({
      type: 'Cursor',
      description: 'How far the event log was read for it; what waits lies before.',
      resolve: (hook) => encodeCursor(hook),
    }),
    waiting: t.int({
      description: 'How many deliveries wait to be sent.',
      resolve: async ({ id }, _args, context) => (await waitingOf(context, id)) ?? 0,
    }),
    secrets: t.field({
      type: [SecretType],
      description: 'Those that work: two while a rotation overlaps.',
      resolve: async ({ id }, _args, context) => (await secretsOf(context, id)) ?? [],
    }),
    createdBy: t.expose('createdBy', { type: ActorType, description: 'Who made it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    deliveries: t.field({
      type: DeliveryConnection,
      description: 'The delivery log, newest event first. It is kept as long as events are.',
      args: {
        ...pageArgs,
        filter: t.arg({ type: DeliveryFilterInput, description: 'Which deliveries; all when left out.' }),
      },
      resolve: async (hook, { filter: input, ...args }, { db }) => {
        const tenantId = input?.tenantId == null ? null : parseId(input.tenantId, 'ten');
        const filter = { statuses: input?.statuses, tenantId };
        const found = await listDeliveries(db, hook, { filter, page: parsePage(args, DELIVERY_ORDER) });
        return toConnection(found, DELIVERY_ORDER, () => countDeliveries(db, hook, filter));
      },
    }),
  }),
});

builder.queryFields((t) => ({
  webHooks: t.field({
    type: [WebHookType],
    description: 'Every web hook, oldest first. For admins of the fleet.',
    resolve: (_root, _args, { db, viewer }) => listWebHooks(db, viewer),
  }),
  webHook: t.field({
    type: WebHookType,
    nullable: true,
    description: 'One web hook; null when there is none of that id. For admins of the fleet.',
    args: { id: t.arg.id({ required: true, description: "The web hook's id." }) },
    resolve: (_root, { id }, { db, viewer }) => findWebHook(db, viewer, parseId(id, 'whk')),
  }),
}));
