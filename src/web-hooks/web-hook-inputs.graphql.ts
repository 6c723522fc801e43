import { builder } from '../graphql/builder.ts';
import { EventKindEnum } from '../graphql/event.ts';
import { idempotencyKeyDescription } from '../graphql/idempotency.ts';
import { InvalidInput } from '../sync-runs/refusals.ts';
import { inputId } from '../sync-runs/sync-run-mutations.graphql.ts';

const LONGEST_NAME = 100;
const MOST_TENANTS = 1_000;
export const MOST_OVERLAP_HOURS = 720;

const nameDescription = `What it is for, at most ${LONGEST_NAME} characters.`;
const urlDescription =
  'Where messages are posted to: https, at a public address; in the sandbox anywhere. Redirects are not followed.';
const which = 'Which web hook.';

export const CreateWebHookInput = builder.inputType('CreateWebHookInput', {
  description: 'Which web hook to make.',
  fields: (t) => ({
    name: t.string({ required: true, description: nameDescription }),
    url: t.string({ required: true, description: urlDescription }),
    kinds: t.field({
      type: [EventKindEnum],
      description: 'Only events of these kinds; left out: of every kind.',
    }),
    tenantIds: t.idList({ description: 'Only events about these tenants; left out: about all.' }),
    after: t.field({
      type: 'Cursor',
      description: 'Begin behind this cursor; left out: with what happens from now on.',
    }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

export const UpdateWebHookInput = builder.inputType('UpdateWebHookInput', {
  description: 'What to change of a web hook. What is left out stays as it is.',
  fields: (t) => ({
    webHookId: t.id({ required: true, description: which }),
    name: t.string({ description: nameDescription }),
    url: t.string({ description: urlDescription }),
    kinds: t.field({
      type: [EventKindEnum],
      description: 'Only events of these kinds; null: of every kind.',
    }),
    tenantIds: t.idList({ description: 'Only events about these tenants; null: about all.' }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

export const RotateWebHookSecretInput = builder.inputType('RotateWebHookSecretInput', {
  description: 'Which web hook to give a new secret.',
  fields: (t) => ({
    webHookId: t.id({ required: true, description: which }),
    overlapHours: t.int({
      defaultValue: 24,
      description: `How long messages are signed with its present secrets too, 0 to ${MOST_OVERLAP_HOURS} hours.`,
    }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

export const SwitchWebHookInput = builder.inputType('SwitchWebHookInput', {
  description: 'Which web hook to switch on or off.',
  fields: (t) => ({
    webHookId: t.id({ required: true, description: which }),
    isOn: t.boolean({ required: true, description: 'Whether events are to be sent.' }),
    after: t.field({
      type: 'Cursor',
      description: 'Go on behind this cursor; left out: where it stopped, so that nothing is missed.',
    }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

export const ReplayWebHookInput = builder.inputType('ReplayWebHookInput', {
  description: 'What to send again: single deliveries, or everything behind a cursor.',
  fields: (t) => ({
    webHookId: t.id({ required: true, description: which }),
    deliveryIds: t.idList({ description: 'These deliveries, at most 100. Not together with `after`.' }),
    after: t.field({
      type: 'Cursor',
      description: 'Everything behind this cursor that the web hook asks for.',
    }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

export const WebHookIdInput = builder.inputType('WebHookIdInput', {
  description: which,
  fields: (t) => ({
    webHookId: t.id({ required: true, description: which }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

export function checkedName(name: string): string {
  if (name.trim() !== '' && name.length <= LONGEST_NAME) return name;
  throw new InvalidInput('name', `A name has 1 to ${LONGEST_NAME} characters; this one has ${name.length}.`);
}

/** An empty list would be a hook that is never sent anything. */
export function checkedKinds<Kind>(kinds: readonly Kind[] | null | undefined): readonly Kind[] | null {
  if (kinds == null) return null;
  if (kinds.length > 0) return [...new Set(kinds)];
  throw new InvalidInput('kinds', 'No kind would ever be sent. Name at least one, or null for all.');
}

export function checkedTenants(ids: readonly string[] | null | undefined) {
  if (ids == null) return null;
  if (ids.length > 0 && ids.length <= MOST_TENANTS)
    return [...new Set(ids)].map((id) => inputId('tenantIds', id, 'ten'));
  throw new InvalidInput('tenantIds', `Name 1 to ${MOST_TENANTS} tenants, or null for all.`);
}
