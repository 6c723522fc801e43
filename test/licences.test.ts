import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Permissive: may be used, changed and passed on in a closed program, with the notice kept. */
const PERMISSIVE = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0'];
const ALSO_PERMISSIVE = ['Unlicense', 'Python-2.0', 'Zlib', 'PostgreSQL'];
/** Bind only whoever changes or publishes the tool or its data; nothing of them is passed on. */
const FOR_TOOLS = ['MPL-2.0', 'CC-BY-4.0'];

type Entry = { license?: string; dev?: boolean };
type Manifest = { name?: string; license?: string | { type?: string } };

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Entry> };
const dependencies = Object.entries(lock.packages)
  .filter(([path]) => path !== '')
  .map(([path, entry]) => ({ path, licence: licenceOf(path, entry), isTool: entry.dev === true }));

/** What the package itself says; for another platform's package, which is not installed, what the registry says. */
function licenceOf(path: string, entry: Entry): string {
  const file = `${path}/package.json`;
  if (!existsSync(file)) return entry.license ?? 'none';
  const { license } = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  return (typeof license === 'object' ? license.type : license) ?? 'none';
}

/** An expression as `(MIT AND Zlib)` needs all of its licences, one with OR needs one. */
function isAllowed(licence: string, allowed: readonly string[]): boolean {
  const bare = licence.replace(/[()]/g, '');
  if (bare.includes(' OR ')) return bare.split(' OR ').some((one) => allowed.includes(one.trim()));
  return bare.split(' AND ').every((one) => allowed.includes(one.trim()));
}

test('Every package that runs in production has a permissive licence', () => {
  const allowed = [...PERMISSIVE, ...ALSO_PERMISSIVE];
  const running = dependencies.filter(({ isTool }) => !isTool);
  expect(running.length).toBeGreaterThan(50);
  expect(running.filter(({ licence }) => !isAllowed(licence, allowed))).toEqual([]);
});

test('Every tool has a licence under which it may be used', () => {
  const allowed = [...PERMISSIVE, ...ALSO_PERMISSIVE, ...FOR_TOOLS];
  expect(dependencies.filter(({ licence }) => !isAllowed(licence, allowed))).toEqual([]);
});
