/**
 * While a new release rolls out, the previous one still runs on the migrated database. What it would not survive has
 * to wait for the release after: first stop using a column, then drop it.
 */
const UNSAFE: readonly { pattern: RegExp; why: string }[] = [
  { pattern: /\bdrop\s+(table|column|type|schema|view)\b/i, why: 'the previous release still uses it' },
  { pattern: /\brename\b/i, why: 'the previous release knows only the old name' },
  { pattern: /\bset\s+not\s+null\b/i, why: 'the previous release may still write null' },
  { pattern: /\balter\s+column\b.*\btype\b/i, why: 'the previous release reads and writes the old type' },
  {
    pattern: /\badd\s+column\b(?!.*\bdefault\b).*\bnot\s+null\b/i,
    why: 'the previous release does not write it, and it has no default',
  },
];

/** One sentence for each statement of a migration that the previous release would not survive. */
export function unsafeStatements(migration: string): string[] {
  return migration
    .replace(/--(?!> statement-breakpoint).*$/gm, '')
    .split(/;\s*/)
    .map((statement) => statement.replace(/\s+/g, ' ').trim())
    .flatMap((statement) => {
      const found = UNSAFE.find(({ pattern }) => pattern.test(statement));
      return found ? [`${statement.slice(0, 100)}: ${found.why}`] : [];
    });
}
