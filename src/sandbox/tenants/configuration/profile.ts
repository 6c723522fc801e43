import { createHash } from 'node:crypto';
import { referenceTo } from '../../../pipeline/references.ts';
import type { ConfigurationObject } from '../../../pipeline/stage.ts';

/** What makes one simulated company's configuration differ from another's. */
export type Profile = {
  company: string;
  domain: string;
  /** ISO 3166 codes of the countries it works in. */
  countries: string[];
  /** How much is configured: 23, 33 and 41 objects. */
  size: 'small' | 'medium' | 'large';
};

/** The same id for the same words, always. */
export function idFrom(...words: string[]): string {
  const hex = createHash('sha256').update(words.join('\0')).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}

export const groupNamed = (displayName: string) =>
  referenceTo({ configurationType: 'MSGraph:Groups', displayName });

/** A number below `limit`, the same for the same words. */
export const numberFrom = (limit: number, ...words: string[]) =>
  Number.parseInt(idFrom(...words).slice(0, 7), 16) % limit;

export const named = (
  configurationType: string,
  displayName: string,
  properties: Record<string, unknown>,
): ConfigurationObject => ({ configurationType, displayName, properties: { displayName, ...properties } });

/** The first ones for a small company, all for a large one. */
export function bySize<Item>(profile: Profile, items: Item[]): Item[] {
  const shares = { small: 0.45, medium: 0.7, large: 1 };
  return items.slice(0, Math.ceil(items.length * shares[profile.size]));
}
