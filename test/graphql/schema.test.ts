import { readFile } from 'node:fs/promises';
import {
  getNamedType,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  printSchema,
  validateSchema,
} from 'graphql';
import { expect, test } from 'vitest';
import { TENANT_STATUSES } from '../../src/tenants/tenant.ts';
import { schema } from '../../src/server/schema.ts';

const types = Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__'));
const BUILT_IN = ['String', 'Int', 'Boolean', 'ID', 'Float'];

/** Every described thing of the type, by its coordinate. */
function described(type: GraphQLNamedType): [string, string | null | undefined][] {
  const own: [string, string | null | undefined][] = [[type.name, type.description]];
  if (isEnumType(type))
    return [
      ...own,
      ...type.getValues().map((v) => [`${type.name}.${v.name}`, v.description] as [string, string]),
    ];
  if (isInputObjectType(type))
    return [
      ...own,
      ...Object.values(type.getFields()).map(
        (f) => [`${type.name}.${f.name}`, f.description] as [string, string],
      ),
    ];
  if (!isObjectType(type) && !isInterfaceType(type)) return own;
  return [
    ...own,
    ...Object.values(type.getFields()).flatMap((field) => [
      [`${type.name}.${field.name}`, field.description] as [string, string],
      ...field.args.map(
        (arg) => [`${type.name}.${field.name}(${arg.name})`, arg.description] as [string, string],
      ),
    ]),
  ];
}

test('The schema is valid', () => {
  expect(validateSchema(schema)).toEqual([]);
});

test('Every type, field, argument, input field and enum value has a description of at least two words', () => {
  const missing = types
    .filter((type) => !BUILT_IN.includes(type.name))
    .flatMap(described)
    .filter(([, description]) => !description || description.trim().split(/\s+/).length < 2)
    .map(([coordinate, description]) => `${coordinate}: ${description}`);
  // One word is enough where it is the whole meaning.
  expect(missing.filter((line) => !/: \w+\.$/.test(line))).toEqual([]);
});

test('schema/schema.graphql is what the code says', async () => {
  const committed = await readFile(new URL('../../schema/schema.graphql', import.meta.url), 'utf8');
  expect(committed).toBe(`${printSchema(schema)}\n`);
});

test('Every event and every refusal carries what its interface promises', () => {
  const names = (name: string) => {
    const type = schema.getType(name);
    return isInterfaceType(type)
      ? schema
          .getPossibleTypes(type)
          .map(({ name: member }) => member)
          .sort()
      : [];
  };
  expect(names('Event')).toEqual([
    ...['AuthenticationRequested', 'ChangeSetDecided', 'ChangeSetReady', 'GateMissing', 'Heartbeat'],
    ...[
      'OtherEvent',
      'RevertFinished',
      'SyncRunChanged',
      'TenantAdded',
      'TenantRemoved',
      'TenantStatusChanged',
    ],
    'WebHookSwitchedOff',
  ]);
  expect(names('Refusal')).toEqual([
    'ActionRefused',
    'AlreadyDecided',
    'DigestDiffers',
    'IdempotencyKeyInFlight',
    'IdempotencyKeyReused',
    'InvalidInput',
    'NotFound',
    'SyncAlreadyOpen',
  ]);
});

test('Every mutation answers with a union of its result and refusals', () => {
  const fields = Object.values(schema.getMutationType()?.getFields() ?? {});
  expect(fields.length).toBe(22);
  for (const field of fields) expect(getNamedType(field.type).name).toMatch(/Result$/);
});

test('The status enum has the seven words of the status column', () => {
  const type = schema.getType('TenantStatus');
  expect(isEnumType(type) ? type.getValues().map(({ name }) => name) : []).toEqual(
    [...TENANT_STATUSES].sort(),
  );
});
