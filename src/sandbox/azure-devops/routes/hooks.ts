import { z } from 'zod';
import { notFound } from '../azure-error.ts';
import { newGuid } from '../guid.ts';
import { json, list, noContent } from '../http/answer.ts';
import { identityRef } from '../identity.ts';
import { param, type AzureRoute, type Call } from '../http/router.ts';
import { organizationUrl } from '../http/links.ts';
import { SUBSCRIPTION_STATUSES, type Subscription } from '../model.ts';
import { nowOf, worldChanged } from '../world.ts';

const SUBSCRIPTIONS = 'hooks/subscriptions';

/** Service hooks are kept and shown here; faults/hook-sender.ts sends them. */
export const hookRoutes: readonly AzureRoute[] = [
  {
    method: 'GET',
    pattern: SUBSCRIPTIONS,
    handle: (call) => list(asked(call).map((row) => wire(call, row))),
  },
  { method: 'POST', pattern: SUBSCRIPTIONS, handle: create },
  {
    method: 'GET',
    pattern: `${SUBSCRIPTIONS}/{subscription}`,
    handle: (call) => json(wire(call, subscriptionIn(call))),
  },
  { method: 'PUT', pattern: `${SUBSCRIPTIONS}/{subscription}`, handle: replace },
  { method: 'DELETE', pattern: `${SUBSCRIPTIONS}/{subscription}`, handle: remove },
];

const subscriptionsOf = ({ world, organization }: Call): Subscription[] =>
  world.state.subscriptions.filter((row) => row.organization.toLowerCase() === organization.toLowerCase());

/** Filters by words of the subscription, each only where it is given. */
function asked(call: Call): Subscription[] {
  const filters = ['publisherId', 'eventType', 'consumerId', 'consumerActionId'].flatMap((name) => {
    const wanted = call.request.query(name);
    return wanted === null ? [] : [(body: Subscription['body']) => body[name] === wanted];
  });
  return subscriptionsOf(call).filter(({ body }) => filters.every((fits) => fits(body)));
}

function subscriptionIn(call: Call): Subscription {
  const id = param(call, 'subscription').toLowerCase();
  const found = subscriptionsOf(call).find((row) => row.id === id);
  if (found) return found;
  throw notFound(`The subscription ${id} was not found.`, 'SubscriptionNotFoundException');
}

const inputs = z.record(z.string(), z.string());
const subscriptionBody = z.looseObject({
  publisherId: z.string(),
  eventType: z.string(),
  consumerId: z.string(),
  consumerActionId: z.string(),
  publisherInputs: inputs.nullish(),
  consumerInputs: inputs.nullish(),
  status: z.enum(SUBSCRIPTION_STATUSES).nullish(),
});

async function create(call: Call) {
  const body = await call.request.body(subscriptionBody);
  const row: Subscription = {
    id: newGuid(),
    organization: call.organization,
    createdAt: nowOf(call.world),
    status: 'enabled',
    body,
  };
  call.world.state.subscriptions.push(row);
  worldChanged(call.world);
  return json(wire(call, row));
}

async function replace(call: Call) {
  const row = subscriptionIn(call);
  const body = await call.request.body(subscriptionBody);
  row.body = body;
  row.status = body.status ?? row.status;
  worldChanged(call.world);
  return json(wire(call, row));
}

function remove(call: Call) {
  const gone = subscriptionIn(call);
  call.world.state.subscriptions = call.world.state.subscriptions.filter((row) => row !== gone);
  worldChanged(call.world);
  return noContent();
}

function wire({ world, organization, caller }: Call, { id, createdAt, status, body }: Subscription) {
  const url = organizationUrl(world, organization);
  const by = identityRef(caller.identity, url);
  return {
    ...body,
    consumerInputs: masked(body['consumerInputs']),
    id,
    url: `${url}/_apis/${SUBSCRIPTIONS}/${id}`,
    status,
    createdBy: by,
    createdDate: createdAt,
    modifiedBy: by,
    modifiedDate: createdAt,
    _links: { self: { href: `${url}/_apis/${SUBSCRIPTIONS}/${id}` } },
  };
}

/** A password that was given is never shown again. */
function masked(consumerInputs: unknown): Record<string, string> {
  const values = inputs.safeParse(consumerInputs).data ?? {};
  return 'basicAuthPassword' in values ? { ...values, basicAuthPassword: '********' } : values;
}
