import { readLogHead } from '../events/log-head.ts';
import { builder } from '../graphql/builder.ts';
import type { Context } from '../graphql/context.ts';
import { KEY_REFUSALS, onceFor } from '../graphql/idempotency.ts';
import { memberOf, refusable } from '../graphql/refusals.ts';
import { InvalidInput, NotFound } from '../sync-runs/refusals.ts';
import { InvalidInputType, NotFoundType } from '../sync-runs/refusals.graphql.ts';
import { inputId } from '../sync-runs/sync-run-mutations.graphql.ts';
import {
  createWebHook,
  deleteWebHook,
  type HookFacts,
  type MadeHook,
  rotateWebHookSecret,
  updateWebHook,
} from './manage-web-hooks.ts';
import { placeIn, replayDeliveries, sendTest, switchWebHook } from './operate-web-hooks.ts';
import type { Answer } from './post.ts';
import {
  checkedKinds,
  checkedName,
  checkedTenants,
  CreateWebHookInput,
  MOST_OVERLAP_HOURS,
  ReplayWebHookInput,
  RotateWebHookSecretInput,
  SwitchWebHookInput,
  UpdateWebHookInput,
  WebHookIdInput,
} from './web-hook-inputs.graphql.ts';
import { WebHookType } from './web-hooks.graphql.ts';

const MOST_DELIVERIES = 100;

const NewWebHookType = builder.objectRef<MadeHook>('NewWebHook').implement({
  description: 'A web hook with a new secret.',
  fields: (t) => ({
    webHook: t.expose('webHook', { type: WebHookType, description: 'The web hook.' }),
    secret: t.exposeString('secret', {
      description: 'What the receiver verifies signatures with, beginning with whsec_. It is shown only now.',
    }),
  }),
});

const TestType = builder.objectRef<Answer>('WebHookTest').implement({
  description: 'What came of a test message.',
  fields: (t) => ({
    isAccepted: t.boolean({
      description: 'The receiver answered with a status of 200 to 299.',
      resolve: ({ error }) => error === null,
    }),
    responseStatus: t.exposeInt('status', {
      nullable: true,
      description: 'The HTTP status that it answered; null when it answered nothing.',
    }),
    error: t.exposeString('error', { nullable: true, description: 'What went wrong, for people.' }),
  }),
});

const NewWebHookResult = builder.unionType('NewWebHookResult', {
  description: 'The web hook and its secret, or why none was made.',
  types: [NewWebHookType, NotFoundType, InvalidInputType, ...KEY_REFUSALS],
  resolveType: (value) => memberOf(value, 'NewWebHook'),
});

const WebHookResult = builder.unionType('WebHookResult', {
  description: 'The web hook, or why nothing was done.',
  types: [WebHookType, NotFoundType, InvalidInputType, ...KEY_REFUSALS],
  resolveType: (value) => memberOf(value, 'WebHook'),
});

const WebHookTestResult = builder.unionType('WebHookTestResult', {
  description: 'What came of the test, or why it was not sent.',
  types: [TestType, NotFoundType, InvalidInputType, ...KEY_REFUSALS],
  resolveType: (value) => memberOf(value, 'WebHookTest'),
});

const REFUSALS = [NotFound, InvalidInput];
const hookId = (input: { webHookId: string }) => inputId('webHookId', input.webHookId, 'whk');

builder.mutationFields((t) => ({
  createWebHook: t.field({
    type: NewWebHookResult,
    description: 'Makes a web hook. Its secret is in the answer and nowhere else. For admins of the fleet.',
    args: { input: t.arg({ type: CreateWebHookInput, required: true, description: 'Which web hook.' }) },
    resolve: (_root, { input }, context) =>
      refusable(REFUSALS, async () =>
        createWebHook(context.webHooks, context.viewer, {
          facts: {
            name: checkedName(input.name),
            url: input.url,
            kinds: checkedKinds(input.kinds),
            tenantIds: checkedTenants(input.tenantIds),
          },
          place: await placeOf(context, input.after),
          once: await onceFor(context, { mutation: 'createWebHook', input }),
        }),
      ),
  }),
  updateWebHook: t.field({
    type: WebHookResult,
    description:
      'Changes a web hook; what waits and is asked for no longer is not sent. For admins of the fleet.',
    args: { input: t.arg({ type: UpdateWebHookInput, required: true, description: 'What to change.' }) },
    resolve: (_root, { input }, context) =>
      refusable(REFUSALS, async () =>
        updateWebHook(context.webHooks, context.viewer, {
          id: hookId(input),
          changes: changesOf(input),
          once: await onceFor(context, { mutation: 'updateWebHook', input }),
        }),
      ),
  }),
  rotateWebHookSecret: t.field({
    type: NewWebHookResult,
    description:
      'Gives a web hook a new secret; for the overlap messages are signed with the present ones too. For admins of the fleet.',
    args: {
      input: t.arg({ type: RotateWebHookSecretInput, required: true, description: 'Which web hook.' }),
    },
    resolve: (_root, { input }, context) =>
      refusable(REFUSALS, async () => {
        const overlapHours = input.overlapHours ?? 24;
        if (overlapHours < 0 || overlapHours > MOST_OVERLAP_HOURS)
          throw new InvalidInput('overlapHours', `${overlapHours} is not from 0 to ${MOST_OVERLAP_HOURS}.`);
        return rotateWebHookSecret(context.webHooks, context.viewer, {
          id: hookId(input),
          overlapHours,
          once: await onceFor(context, { mutation: 'rotateWebHookSecret', input }),
        });
      }),
  }),
  switchWebHook: t.field({
    type: WebHookResult,
    description:
      'Switches a web hook on or off. On again, it goes on where it stopped, and what waits is tried at once. For admins of the fleet.',
    args: { input: t.arg({ type: SwitchWebHookInput, required: true, description: 'Which, and how.' }) },
    resolve: (_root, { input }, context) =>
      refusable(REFUSALS, async () =>
        switchWebHook(context.webHooks, context.viewer, {
          id: hookId(input),
          isOn: input.isOn,
          after: input.after ?? null,
          once: await onceFor(context, { mutation: 'switchWebHook', input }),
        }),
      ),
  }),
  replayWebHook: t.field({
    type: WebHookResult,
    description:
      'Sends again what was delivered or given up, with the same `webhook-id`, before what comes later for the tenant. For admins of the fleet.',
    args: { input: t.arg({ type: ReplayWebHookInput, required: true, description: 'What to send again.' }) },
    resolve: (_root, { input }, context) =>
      refusable(REFUSALS, async () =>
        replayDeliveries(context.webHooks, context.viewer, {
          id: hookId(input),
          ...replayOf(input),
          once: await onceFor(context, { mutation: 'replayWebHook', input }),
        }),
      ),
  }),
  testWebHook: t.field({
    type: WebHookTestResult,
    description:
      'Sends a signed test message of type WEB_HOOK_TEST now and once, and answers what came of it. For admins of the fleet.',
    args: { input: t.arg({ type: WebHookIdInput, required: true, description: 'Which web hook.' }) },
    resolve: (_root, { input }, context) =>
      refusable(REFUSALS, async () =>
        sendTest(context.webHooks, context.viewer, {
          id: hookId(input),
          once: await onceFor(context, { mutation: 'testWebHook', input }),
        }),
      ),
  }),
  deleteWebHook: t.field({
    type: WebHookResult,
    description:
      'Deletes a web hook with its delivery log, and answers it as it was. For admins of the fleet.',
    args: { input: t.arg({ type: WebHookIdInput, required: true, description: 'Which web hook.' }) },
    resolve: (_root, { input }, context) =>
      refusable(REFUSALS, async () =>
        deleteWebHook(context.webHooks, context.viewer, {
          id: hookId(input),
          once: await onceFor(context, { mutation: 'deleteWebHook', input }),
        }),
      ),
  }),
}));

async function placeOf({ db, logPlace }: Context, after: string | null | undefined) {
  if (after == null) return logPlace;
  const head = await readLogHead(db);
  return { epoch: head.epoch, position: placeIn(head, after) };
}

type Changes = typeof UpdateWebHookInput.$inferInput;

function changesOf({ name, url, kinds, tenantIds }: Changes): Partial<HookFacts> {
  return {
    ...(name != null && { name: checkedName(name) }),
    ...(url != null && { url }),
    ...(kinds !== undefined && { kinds: checkedKinds(kinds) }),
    ...(tenantIds !== undefined && { tenantIds: checkedTenants(tenantIds) }),
  };
}

function replayOf({ deliveryIds, after }: typeof ReplayWebHookInput.$inferInput) {
  if ((deliveryIds == null) === (after == null))
    throw new InvalidInput('deliveryIds', 'Give either deliveryIds or after.');
  if (deliveryIds && (deliveryIds.length === 0 || deliveryIds.length > MOST_DELIVERIES))
    throw new InvalidInput('deliveryIds', `Name 1 to ${MOST_DELIVERIES} deliveries.`);
  return {
    deliveryIds: deliveryIds?.map((id) => inputId('deliveryIds', id, 'dlv')) ?? null,
    after: after ?? null,
  };
}
