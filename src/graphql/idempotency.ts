/** The key that every mutation takes: what a caller sends to be able to ask twice. */
import {
  EVERY_TIME,
  type IdempotencyKeyInFlight,
  type IdempotencyKeyReused,
  type Once,
  onceUnderKey,
} from '../access/once.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { RefusalInterface, type Refused } from './refusals.ts';
import { badInput } from './user-error.ts';

const LONGEST_KEY = 200;

export const idempotencyKeyDescription = `Any text of your own, at most ${LONGEST_KEY} characters, new for each new request: send the same request with it again, and what was done is not done twice. The first result is given again for 24 hours, other arguments are refused.`;

const IdempotencyKeyReusedType = builder
  .objectRef<Refused<IdempotencyKeyReused>>('IdempotencyKeyReused')
  .implement({
    description:
      'The key came within the last 24 hours with another mutation or other arguments. Nothing was done; use a new key.',
    interfaces: [RefusalInterface],
  });

const IdempotencyKeyInFlightType = builder
  .objectRef<Refused<IdempotencyKeyInFlight>>('IdempotencyKeyInFlight')
  .implement({
    description:
      'A request with the key is being carried out at this moment. Send it again to get its result.',
    interfaces: [RefusalInterface],
  });

/** Members of every mutation's result. */
export const KEY_REFUSALS = [IdempotencyKeyReusedType, IdempotencyKeyInFlightType] as const;

type Request = {
  mutation: string;
  input: { idempotencyKey?: string | null | undefined };
  /** Which item of a bulk mutation. */
  item?: number;
};

/** How often an operation is carried out: once under the caller's key, each time without one. */
export async function onceFor(
  { db, seal, viewer }: Context,
  { mutation, input, item = 0 }: Request,
): Promise<Once> {
  const { idempotencyKey: key, ...args } = input;
  if (key == null) return EVERY_TIME;
  if (key === '' || key.length > LONGEST_KEY) {
    throw badInput(
      `An idempotencyKey has 1 to ${LONGEST_KEY} characters; this one has ${key.length}. Use a new random one for each request.`,
    );
  }
  return onceUnderKey({ db, seal }, viewer, { key, mutation, args, item });
}
