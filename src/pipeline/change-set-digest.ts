import { createHash } from 'node:crypto';
import { byCodeUnits, canonicalJson, type Json, type JsonObject } from './canonical-json.ts';
import { configurationOf } from './configuration-file.ts';
import { configurationTypeOf } from './configuration-types.ts';
import type { ChangeKind } from './contract.ts';
import { hashSensitive, keyedHash } from './sensitive-values.ts';

/** One change with its contents. A side is null where the file does not exist, a text where it is not valid. */
export type DigestedChange = {
  kind: ChangeKind;
  configurationType: string;
  path: string;
  before: JsonObject | string | null;
  after: JsonObject | string | null;
};

/**
 * The digest of a change set, lower-case hexadecimal: SHA-256 over the canonical JSON (RFC 8785) of the list of
 * `{kind, configurationType, path, before, after}`, sorted by path. Metadata and properties that are null are
 * left out, lists without order are sorted, and sensitive values (and whole texts that are not valid JSON) are keyed hashes.
 * `schema/digest-vectors.json` holds examples for other implementations.
 */
export function changeSetDigest(changes: readonly DigestedChange[], digestKey: Buffer): string {
  const digest = beginDigest(digestKey);
  for (const change of [...changes].sort((a, b) => byCodeUnits(a.path, b.path))) digest.add(change);
  return digest.end();
}

/** The same for changes that come one after the other, in the order of their paths, and are not kept. */
export function beginDigest(digestKey: Buffer): { add(change: DigestedChange): void; end(): string } {
  const hash = createHash('sha256');
  let before = '[';
  return {
    add({ kind, configurationType, path, ...sides }) {
      const side = (which: DigestedChange['before']) => digestedSide(configurationType, which, digestKey);
      const entry = { kind, configurationType, path, before: side(sides.before), after: side(sides.after) };
      // One level deep already, in the list.
      hash.update(before).update(canonicalJson(entry, 1));
      before = ',';
    },
    end: () => hash.update(before === '[' ? '[]' : ']').digest('hex'),
  };
}

function digestedSide(configurationType: string, side: JsonObject | string | null, digestKey: Buffer): Json {
  if (side === null) return null;
  if (typeof side === 'string') return keyedHash(digestKey, side);
  return hashSensitive(
    configurationTypeOf(configurationType),
    configurationOf(configurationType, side),
    digestKey,
  );
}
