import { InvalidFile, configurationOf, fileOf, parseProperties, readPath } from './configuration-file.ts';
import { byCodeUnits, canonicalJson } from './canonical-json.ts';
import type { ConfigurationObject, TenantConnection } from './stage.ts';

export type TenantFiles = {
  /** Content by path, in order of the paths. */
  files: Map<string, string>;
  /** Paths that several objects need, and why none of them is kept as code. */
  shared: Map<string, string>;
};

/** The whole tenant as the files that a backup holds. */
export async function readTenantFiles(tenant: TenantConnection): Promise<TenantFiles> {
  const files = new Map<string, string>();
  const shared = new Map<string, string>();
  for (const object of await tenant.readAll()) {
    const { path, content } = fileOf(object);
    if (files.has(path)) shared.set(path, sharedName(object));
    files.set(path, content);
  }
  for (const path of shared.keys()) files.delete(path);
  return { files: new Map([...files].sort(([a], [b]) => byCodeUnits(a, b))), shared };
}

/** The configuration files among all files of a commit. */
export const configurationFilesOf = (files: ReadonlyMap<string, string>) =>
  new Map([...files].filter(([path]) => readPath(path) !== null));

/** Whether two files say the same to the tenant, whatever their spelling; null is no file. */
export function sayTheSame(path: string, a: string | null, b: string | null): boolean {
  return a === b || (a !== null && b !== null && meaningOf(path, a) === meaningOf(path, b));
}

function meaningOf(path: string, content: string): string {
  const type = readPath(path)?.configurationType ?? '';
  try {
    return canonicalJson(configurationOf(type, parseProperties(path, content)));
  } catch (error) {
    if (error instanceof InvalidFile) return `not valid: ${content}`;
    throw error;
  }
}

const sharedName = ({ configurationType, displayName }: ConfigurationObject) =>
  `The tenant has several objects of ${configurationType} named "${displayName}", and one file stands for one name: ` +
  'they are left as they are, in the tenant and in the repository. Give each a name of its own and sync again.';
