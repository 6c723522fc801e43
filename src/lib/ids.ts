import { randomBytes } from 'node:crypto';

/** What a stored id may name. The prefix says it in the id itself, so no id is mistaken for another kind's. */
export type IdPrefix =
  'ten' | 'run' | 'cs' | 'chg' | 'dec' | 'rev' | 'chl' | 'evt' | 'key' | 'grt' | 'whk' | 'whs' | 'dlv';
export type Id<Prefix extends IdPrefix> = `${Prefix}_${string}`;

export type TenantId = Id<'ten'>;
export type RunId = Id<'run'>;
export type ChangeSetId = Id<'cs'>;
export type ChangeId = Id<'chg'>;
export type DecisionId = Id<'dec'>;
export type RevertId = Id<'rev'>;
export type ChallengeId = Id<'chl'>;
export type EventId = Id<'evt'>;
export type KeyId = Id<'key'>;
export type GrantId = Id<'grt'>;
export type WebHookId = Id<'whk'>;
export type DeliveryId = Id<'dlv'>;

const SHAPE = /^([a-z]{2,3})_[0-9a-f]{32}$/;

/**
 * A new id: the prefix, then a UUID version 7 (RFC 9562) in 32 hexadecimal digits.
 * Its first 48 bits are the time in milliseconds, so ids sort by age and stay together in an index.
 */
export function newId<Prefix extends IdPrefix>(prefix: Prefix, at: number = Date.now()): Id<Prefix> {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(at, 0, 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return `${prefix}_${bytes.toString('hex')}`;
}

/** Whether a text that came from outside has the shape of an id of that kind; not whether such a thing exists. */
export function isId<Prefix extends IdPrefix>(text: string, prefix: Prefix): text is Id<Prefix> {
  return SHAPE.exec(text)?.[1] === prefix;
}
