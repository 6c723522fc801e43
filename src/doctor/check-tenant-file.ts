import { DEFAULT_NAMES } from '../pipeline/contract.ts';
import { ok, type Verdict, wrong } from './finding.ts';
import type { Tenant } from './tenant-facts.ts';

/** The repository says which directory it is for. */
export function checkTenantFile({ file }: Tenant): Verdict {
  const path = DEFAULT_NAMES.tenantFile;
  const remedy = `Write ${path} with displayName and directoryId, as JSON.`;
  if (file === null) return wrong(`There is no ${path}: nobody can sign in to the tenant.`, remedy);
  if (file === 'unreadable')
    return wrong(`${path} does not say what it has to: nobody can sign in to the tenant.`, remedy);
  return ok(`"${file.displayName}", directory ${file.directoryId}.`);
}
