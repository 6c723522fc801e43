import SchemaBuilder from '@pothos/core';
import type { Context } from './context.ts';

/** What the custom scalars carry, inside and on the wire. */
type Scalars = {
  ID: { Input: string; Output: string };
  DateTime: { Input: Date; Output: Date | string };
  Cursor: { Input: string; Output: string };
};

type SchemaTypes = {
  Context: Context;
  Scalars: Scalars;
  DefaultFieldNullability: false;
};

/** The builder's own types with Pothos' defaults filled in: for helpers that take refs. */
export type Types = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>;

/** Knows no noun: every `*.graphql.ts` adds its own types and fields. */
export const builder = new SchemaBuilder<SchemaTypes>({
  defaultFieldNullability: false,
});

builder.queryType({
  description: 'Everything that can be read. Answers are limited to the tenants that the viewer may see.',
});
builder.mutationType({
  description:
    'Everything that can be done. Each mutation answers with its result or with a refusal that says what to do; not being allowed is an error with the code FORBIDDEN.',
});
builder.subscriptionType({
  description:
    'What happens, as it happens. All subscriptions read one event log: every event carries a cursor, and `after` resumes exactly behind it.',
});
