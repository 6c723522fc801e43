import { InvalidFile, configurationOf, fileOf, parseProperties, readPath } from './configuration-file.ts';
import { byCodeUnits, canonicalJson } from './canonical-json.ts';
import { type ConfigurationObject, StageError, type TenantConnection } from './stage.ts';

/** The whole tenant as the files that a backup holds, by path. Throws StageError when two objects need one file. */
export async function readTenantFiles(tenant: TenantConnection): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const object of await tenant.readAll()) {
    const { path, content } = fileOf(object);
    if (files.has(path)) throw twice(object);
    files.set(path, content);
  }
  return new Map([...files].sort(([a], [b]) => byCodeUnits(a, b)));
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

function twice({ configurationType, displayName }: ConfigurationObject): StageError {
  return new StageError(
    'DUPLICATE_NAME',
    `The tenant has two objects of ${configurationType} named "${displayName}", and a backup keeps one file for each name. ` +
      'Rename one of them in the tenant and sync again.',
  );
}
