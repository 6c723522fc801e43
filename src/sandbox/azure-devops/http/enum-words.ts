/** Microsoft's typed client sends enums as numbers, people and other clients as words; several of a flags enum by comma or sum. */
export type EnumTable = Readonly<Record<string, number>>;

/** The word of the table that the text means; null when none does. */
export function enumWord(text: string | null, table: EnumTable): string | null {
  if (text === null) return null;
  const found = Object.entries(table).find(
    ([word, value]) => word.toLowerCase() === text.trim().toLowerCase() || String(value) === text.trim(),
  );
  return found?.[0] ?? null;
}

/** All words of a flags enum; null when nothing (or "all") was asked for. */
export function enumWords(text: string | null, table: EnumTable): Set<string> | null {
  if (text === null || text.trim() === '') return null;
  const words = new Set<string>();
  for (const part of text.split(',')) {
    const exact = enumWord(part, table);
    if (exact) words.add(exact);
    else for (const word of flagsOf(Number(part), table)) words.add(word);
  }
  return words.has('all') || words.has('none') ? null : words;
}

function flagsOf(sum: number, table: EnumTable): string[] {
  if (!Number.isInteger(sum)) return [];
  return Object.entries(table)
    .filter(([, value]) => value !== 0 && (value & (value - 1)) === 0 && (sum & value) !== 0)
    .map(([word]) => word);
}

export const isTrue = (text: string | null): boolean => text?.toLowerCase() === 'true';

/** A number of the query; the default when absent or no number. */
export function numberOr(text: string | null, whenAbsent: number): number {
  const value = text === null || text === '' ? NaN : Number(text);
  return Number.isInteger(value) && value >= 0 ? value : whenAbsent;
}

export const commaList = (text: string | null): string[] =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
