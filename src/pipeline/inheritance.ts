/** What a tenant shall be: its own files, what it takes from its baseline, and variables filled in. */
import { canonicalJson, isJsonObject, type Json, type JsonObject } from './canonical-json.ts';
import { InvalidFile, parseProperties } from './configuration-file.ts';
import { configurationFilesOf, sayTheSame } from './tenant-files.ts';

type Files = ReadonlyMap<string, string>;
export type Variables = Readonly<Record<string, string>>;

/** What a tenant takes from others. */
export type Inheritance = {
  /** Files of its baseline, as they stand there; empty where it has none. */
  baseline: Files;
  /** Values of `${ResourceContext:<name>}`. */
  variables: Variables;
};

export const NOTHING_INHERITED: Inheritance = { baseline: new Map(), variables: {} };

/** A file that says this: the tenant does not have the object of that name which its baseline has. */
export const EXCLUSION = '{\n  "$excluded": true\n}\n';

const VARIABLE = /\$\{ResourceContext:([\w.-]+)\}/g;

/** Own files and, where there is none of that path, those of the baseline; with every variable filled in. */
export function desiredFiles(ownFiles: Files, { baseline, variables }: Inheritance): Map<string, string> {
  const files = new Map([...configurationFilesOf(baseline), ...configurationFilesOf(ownFiles)]);
  return new Map(
    [...files]
      .filter(([path, content]) => !isExclusion(path, content))
      .map(([path, content]) => [path, withValues(content, variables)] as const),
  );
}

/** Names of variables that have no value in this tenant, each once. */
export const unknownVariables = (value: Json): string[] => [
  ...new Set([...canonicalJson(value).matchAll(VARIABLE)].map(([, name = '']) => name)),
];

/** Inside JSON texts. A variable without a value stays, and keeps the object from being written. */
const withValues = (content: string, variables: Variables) =>
  content.replace(VARIABLE, (whole, name: string) =>
    Object.hasOwn(variables, name) ? JSON.stringify(variables[name]).slice(1, -1) : whole,
  );

function isExclusion(path: string, content: string): boolean {
  return content.includes('$excluded') && parsed(path, content)?.$excluded === true;
}

/**
 * The edit of the tenant's own files by which it comes to that content (null: to have no such object): what the
 * baseline says already needs no file, and what only the baseline has is excluded.
 */
export function ownEdit(
  path: string,
  content: string | null,
  { own, inheritance }: { own: Files; inheritance: Inheritance },
): string | null {
  const { baseline, variables } = inheritance;
  const inherited = baseline.get(path);
  if (content === null) return inherited === undefined ? null : EXCLUSION;
  if (inherited !== undefined && sayTheSame(path, withValues(inherited, variables), content)) return null;
  return withVariables(content, own.get(path) ?? inherited ?? '', variables);
}

/** Texts that a variable made keep the variable where their value is still the same. */
function withVariables(content: string, written: string, variables: Variables): string {
  if (!written.includes('${ResourceContext:')) return content;
  const names = new Map<string, string>();
  const note = (value: Json, steps: string) =>
    eachText(value, steps, (text, place) => {
      const value = withValues(JSON.stringify(text), variables);
      if (value !== JSON.stringify(text)) names.set(`${place}=${value}`, text);
      return text;
    });
  note(parsed('', written) ?? {}, '');
  const replaced = eachText(
    parsed('', content) ?? {},
    '',
    (text, place) => names.get(`${place}=${JSON.stringify(text)}`) ?? text,
  );
  return `${JSON.stringify(replaced, null, 2)}\n`;
}

/** `place` is the same for all items of a list: lists change their order. */
function eachText(value: Json, place: string, change: (text: string, place: string) => string): Json {
  if (typeof value === 'string') return change(value, place);
  if (Array.isArray(value)) return value.map((item) => eachText(item, `${place}[]`, change));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, eachText(member, `${place}.${key}`, change)]),
  );
}

function parsed(path: string, content: string): JsonObject | null {
  try {
    return parseProperties(path, content);
  } catch (error) {
    if (error instanceof InvalidFile) return null;
    throw error;
  }
}
