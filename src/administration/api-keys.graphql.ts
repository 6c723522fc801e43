import {
  createKey,
  type KeySecret,
  type ListedKey,
  listKeys,
  type MadeKey,
  MOST_KEY_DAYS,
  revokeKey,
  rotateKey,
  USUAL_KEY_DAYS,
} from '../access/api-keys.ts';
import { ActorType } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { idempotencyKeyDescription, KEY_REFUSALS, onceFor } from '../graphql/idempotency.ts';
import { memberOf, refusable } from '../graphql/refusals.ts';
import { RoleEnum } from '../graphql/viewer.ts';
import { InvalidInput, NotFound } from '../sync-runs/refusals.ts';
import { InvalidInputType, NotFoundType } from '../sync-runs/refusals.graphql.ts';
import { inputId } from '../sync-runs/sync-run-mutations.graphql.ts';

const MOST_OVERLAP_HOURS = 720;
const LONGEST_NAME = 100;
const daysDescription = `How long the secret works, 1 to ${MOST_KEY_DAYS} days; ${USUAL_KEY_DAYS} when left out.`;

const SecretType = builder.objectRef<KeySecret>('ApiKeySecret').implement({
  description: 'A secret that opens a key. It was shown once; here are its first letters.',
  fields: (t) => ({
    prefix: t.exposeString('prefix', { description: 'Its first letters, to recognise it by.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when it works.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the minute; null for never.',
    }),
  }),
});

const ApiKeyType = builder.objectRef<ListedKey>('ApiKey').implement({
  description: 'A key of a script or a person. It stays the same when its secret is rotated.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Names the key; its roles are granted to `key/<id>`.' }),
    name: t.exposeString('name', { description: 'The name to show.' }),
    personId: t.exposeString('personId', {
      nullable: true,
      description: "Whose own key it is: then it counts as the person. null: a script's.",
    }),
    createdBy: t.expose('createdBy', { type: ActorType, description: 'Who made it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked; null when it was not.',
    }),
    secrets: t.expose('secrets', {
      type: [SecretType],
      description: 'Those that still work: two while a rotation overlaps.',
    }),
  }),
});

const NewApiKeyType = builder.objectRef<MadeKey>('NewApiKey').implement({
  description: 'A key with a new secret.',
  fields: (t) => ({
    key: t.expose('key', { type: ApiKeyType, description: 'The key.' }),
    secret: t.exposeString('secret', {
      description: 'What to send as `Authorization: Bearer <secret>`. It is shown only now.',
    }),
  }),
});

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  description: 'Which key to make.',
  fields: (t) => ({
    name: t.string({ required: true, description: `What it is for, at most ${LONGEST_NAME} characters.` }),
    roles: t.field({ type: [RoleEnum], required: true, description: 'What it may do; at least one.' }),
    tenantIds: t.idList({ description: 'For these tenants only; left out: for all.' }),
    personId: t.string({
      description:
        "`<directory id>/<object id>`: your own, for a key that counts as you; left out: a script's. Keys of others are made by a command on the server.",
    }),
    expiresInDays: t.int({ description: daysDescription }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

const RotateApiKeyInput = builder.inputType('RotateApiKeyInput', {
  description: 'Which key to give a new secret.',
  fields: (t) => ({
    keyId: t.id({ required: true, description: 'The key.' }),
    overlapHours: t.int({
      defaultValue: 24,
      description: `How long its present secrets work on, 0 to ${MOST_OVERLAP_HOURS} hours.`,
    }),
    expiresInDays: t.int({ description: daysDescription }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

const RevokeApiKeyInput = builder.inputType('RevokeApiKeyInput', {
  description: 'Which key to revoke.',
  fields: (t) => ({
    keyId: t.id({ required: true, description: 'The key.' }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

const NewApiKeyResult = builder.unionType('NewApiKeyResult', {
  description: 'The key and its secret, or why none was made.',
  types: [NewApiKeyType, NotFoundType, InvalidInputType, ...KEY_REFUSALS],
  resolveType: (value) => memberOf(value, 'NewApiKey'),
});

const ApiKeyResult = builder.unionType('ApiKeyResult', {
  description: 'The key, or why nothing was done.',
  types: [ApiKeyType, NotFoundType, InvalidInputType, ...KEY_REFUSALS],
  resolveType: (value) => memberOf(value, 'ApiKey'),
});

builder.queryField('apiKeys', (t) =>
  t.field({
    type: [ApiKeyType],
    description: 'Every key, oldest first, the revoked ones too. For admins of the fleet.',
    resolve: (_root, _args, { db, viewer }) => listKeys(db, viewer),
  }),
);

builder.mutationFields((t) => ({
  createApiKey: t.field({
    type: NewApiKeyResult,
    description: 'Makes a key. Its secret is in the answer and nowhere else. For admins of the fleet.',
    args: { input: t.arg({ type: CreateApiKeyInput, required: true, description: 'Which key.' }) },
    resolve: (_root, { input }, context) =>
      refusable([InvalidInput], async () =>
        createKey(context.db, context.viewer, {
          name: checkedName(input.name),
          roles: checkedRoles(input.roles),
          tenantIds: (input.tenantIds ?? []).map((id) => inputId('tenantIds', id, 'ten')),
          personId: checkedPerson(input.personId),
          expiresInDays: within('expiresInDays', input.expiresInDays ?? USUAL_KEY_DAYS, [1, MOST_KEY_DAYS]),
          once: await onceFor(context, { mutation: 'createApiKey', input }),
        }),
      ),
  }),
  rotateApiKey: t.field({
    type: NewApiKeyResult,
    description:
      'Gives a key a new secret; the present ones work on for the overlap. For admins of the fleet.',
    args: { input: t.arg({ type: RotateApiKeyInput, required: true, description: 'Which key.' }) },
    resolve: (_root, { input }, context) =>
      refusable([NotFound, InvalidInput], async () => {
        const made = await rotateKey(context.db, context.viewer, {
          id: inputId('keyId', input.keyId, 'key'),
          overlapHours: within('overlapHours', input.overlapHours ?? 24, [0, MOST_OVERLAP_HOURS]),
          expiresInDays: within('expiresInDays', input.expiresInDays ?? USUAL_KEY_DAYS, [1, MOST_KEY_DAYS]),
          once: await onceFor(context, { mutation: 'rotateApiKey', input }),
        });
        if (!made) throw unknownKey(input.keyId);
        return made;
      }),
  }),
  revokeApiKey: t.field({
    type: ApiKeyResult,
    description:
      'Ends a key at once; its open streams end within 5 seconds with 4403. For admins of the fleet.',
    args: { input: t.arg({ type: RevokeApiKeyInput, required: true, description: 'Which key.' }) },
    resolve: (_root, { input }, context) =>
      refusable([NotFound, InvalidInput], async () => {
        const key = await revokeKey(context.db, context.viewer, {
          id: inputId('keyId', input.keyId, 'key'),
          once: await onceFor(context, { mutation: 'revokeApiKey', input }),
        });
        if (!key) throw unknownKey(input.keyId);
        return key;
      }),
  }),
}));

const unknownKey = (id: string) =>
  new NotFound(`There is no key ${id} that still works. apiKeys lists them.`);

function checkedName(name: string): string {
  if (name.trim() !== '' && name.length <= LONGEST_NAME) return name;
  throw new InvalidInput('name', `A name has 1 to ${LONGEST_NAME} characters; this one has ${name.length}.`);
}

function checkedRoles<Role>(roles: readonly Role[]): readonly Role[] {
  if (roles.length > 0) return [...new Set(roles)];
  throw new InvalidInput('roles', 'A key without a role can do nothing. Name at least one.');
}

const GUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const PERSON = new RegExp(`^${GUID}/${GUID}$`);

function checkedPerson(personId: string | null | undefined): string | null {
  if (personId == null) return null;
  if (PERSON.test(personId.toLowerCase())) return personId.toLowerCase();
  const message = `"${personId.slice(0, 80)}" names nobody. Write \`<directory id>/<object id>\` of Entra ID.`;
  throw new InvalidInput('personId', message);
}

function within(field: string, value: number, [from, to]: readonly [number, number]): number {
  if (value >= from && value <= to) return value;
  throw new InvalidInput(field, `${value} is not from ${from} to ${to}.`);
}
