/** Pure: two processes changed MSAL's serialised cache at once. Its sections are maps of entities by key. */
import { z } from 'zod';

const cacheShape = z.record(z.string(), z.record(z.string(), z.unknown()));
type Cache = z.infer<typeof cacheShape>;

/** What `ours` changed since `base`, made on `theirs`: added, replaced and removed entities. */
export function mergeTokenCaches(texts: { base: string; ours: string; theirs: string }): string {
  const [base, ours, theirs] = [parse(texts.base), parse(texts.ours), parse(texts.theirs)];
  const merged: Cache = structuredClone(theirs);
  for (const section of new Set([...Object.keys(base), ...Object.keys(ours)])) {
    const before = base[section] ?? {};
    const after = ours[section] ?? {};
    const target = (merged[section] ??= {});
    for (const [key, entity] of Object.entries(after)) {
      if (JSON.stringify(before[key]) !== JSON.stringify(entity)) target[key] = entity;
    }
    for (const key of Object.keys(before)) if (!(key in after)) delete target[key];
  }
  return JSON.stringify(merged);
}

const parse = (text: string): Cache => cacheShape.parse(JSON.parse(text));
