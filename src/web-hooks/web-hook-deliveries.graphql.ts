import { builder } from '../graphql/builder.ts';
import { enumOf } from '../graphql/enums.ts';
import { EventKindEnum } from '../graphql/event.ts';
import { connectionOf } from '../graphql/paging.ts';
import type { Delivery, DeliveryStatus } from './web-hook.ts';

const DeliveryStatusEnum = enumOf<DeliveryStatus>('WebHookDeliveryStatus', 'How far a delivery has come.', {
  WAITING: 'It is to be sent, for the first time or again.',
  DELIVERED: 'The receiver accepted it with a status of 200 to 299.',
  GIVEN_UP: 'It is sent no more; `error` says why.',
});

const DeliveryType = builder.objectRef<Delivery>('WebHookDelivery').implement({
  description: 'One event on its way to one web hook.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Names the delivery, to have it sent again.' }),
    eventId: t.exposeID('eventId', { description: "The event's id, which is sent as `webhook-id`." }),
    kind: t.expose('kind', { type: EventKindEnum, description: 'The kind of event.' }),
    tenantId: t.exposeID('tenantId', { description: 'The tenant that the event is about.' }),
    syncRunId: t.exposeID('runId', { nullable: true, description: 'The run that it is about, if any.' }),
    status: t.expose('status', { type: DeliveryStatusEnum, description: 'How far it has come.' }),
    attempts: t.exposeInt('attempts', {
      description: 'How often it was sent since it was queued or replayed.',
    }),
    queuedAt: t.expose('queuedAt', { type: 'DateTime', description: 'When it was first queued.' }),
    lastTriedAt: t.expose('lastTriedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last try ended; null before the first.',
    }),
    nextTryAt: t.expose('nextTryAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'Not tried before that; earlier ones of the same tenant go first. null when it is finished.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was accepted or given up.',
    }),
    responseStatus: t.exposeInt('responseStatus', {
      nullable: true,
      description: 'The HTTP status that the receiver answered last; null when it answered nothing.',
    }),
    error: t.exposeString('error', { nullable: true, description: 'Why the last try failed, for people.' }),
    body: t.exposeString('body', { description: 'What is sent, byte for byte: it was signed like that.' }),
  }),
});

export const DeliveryConnection = connectionOf('WebHookDelivery', DeliveryType, 'deliveries');

export const DeliveryFilterInput = builder.inputType('WebHookDeliveryFilter', {
  description: 'Which deliveries. Each part that is given must hold.',
  fields: (t) => ({
    statuses: t.field({ type: [DeliveryStatusEnum], description: 'It has one of these statuses.' }),
    tenantId: t.id({ description: 'It is about this tenant.' }),
  }),
});
