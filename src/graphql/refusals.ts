import type { InterfaceRef } from '@pothos/core';
import { IdempotencyKeyInFlight, IdempotencyKeyReused } from '../access/once.ts';
import { Refusal } from '../lib/errors.ts';
import { builder, type Types } from './builder.ts';
import { enumOf } from './enums.ts';
import { typenameOf } from './typename.ts';

const CODES = {
  NOT_FOUND: 'Nothing of that id exists for the viewer.',
  INVALID_INPUT: 'A value of the input cannot be used; `field` names it.',
  ACTION_REFUSED: 'The action is not possible now; `reason` says why.',
  SYNC_ALREADY_OPEN: "The tenant's newest run is still open; it comes with the refusal.",
  DIGEST_DIFFERS:
    'Another content was reviewed than would be deployed; the present change set comes with the refusal.',
  ALREADY_DECIDED: 'The run was decided already; the decision comes with the refusal.',
  IDEMPOTENCY_KEY_REUSED: 'The idempotency key came before with other arguments.',
  IDEMPOTENCY_KEY_IN_FLIGHT: 'A request with the idempotency key is being carried out at this moment.',
} as const;
export type RefusalCode = keyof typeof CODES;

const RefusalCodeEnum = enumOf<RefusalCode>('RefusalCode', 'The kinds of refusal, for programs.', CODES);

/**
 * A refusal on its way to a client. It is wrapped, because GraphQL would take an Error in a result for a failure of
 * the field.
 */
export type Refused<R extends Refusal> = { refusal: R };

export const RefusalInterface: InterfaceRef<Types, Refused<Refusal & { code: RefusalCode }>> = builder
  .interfaceRef<Refused<Refusal & { code: RefusalCode }>>('Refusal')
  .implement({
    description:
      'Why a mutation was not carried out, when the caller can do something about it. Nothing was changed.',
    resolveType: ({ refusal }) => typenameOf(refusal.code),
    fields: (t) => ({
      code: t.field({
        type: RefusalCodeEnum,
        description: 'The kind of refusal, for programs.',
        resolve: ({ refusal }) => refusal.code,
      }),
      message: t.string({
        description: 'What happened, to what, and what to do, for people.',
        resolve: ({ refusal }) => refusal.message,
      }),
    }),
  });

type RefusalClass = abstract new (...args: never[]) => Refusal;
type RefusedBy<Class> = Class extends RefusalClass ? Refused<InstanceType<Class>> : never;

const OF_KEYS = [IdempotencyKeyReused, IdempotencyKeyInFlight] as const;
type RefusedKey = RefusedBy<(typeof OF_KEYS)[number]>;

/**
 * Runs an operation, and turns the refusals that its mutation declares into members of its result; those of idempotency
 * keys belong to every mutation.
 */
export async function refusable<T, Class extends RefusalClass>(
  declared: readonly Class[],
  work: () => Promise<T>,
): Promise<T | RefusedBy<Class> | RefusedKey> {
  try {
    return await work();
  } catch (error) {
    // The compiler cannot follow from the list of classes to the one that was thrown.
    if ([...declared, ...OF_KEYS].some((refusal) => error instanceof refusal))
      return { refusal: error } as RefusedBy<Class> | RefusedKey;
    throw error;
  }
}

/** For a union's `resolveType`: the refusal's type, or the result's. */
export function memberOf(value: object, result: string): string {
  return 'refusal' in value && value.refusal instanceof Refusal && 'code' in value.refusal
    ? typenameOf(String(value.refusal.code))
    : result;
}
