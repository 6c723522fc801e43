/** Pure: the files at the root of a tenant's repository. A file that cannot be read is as good as none. */
import { parse } from 'yaml';
import { z } from 'zod';
import { TENANT_AUTHENTICATIONS, type TenantFile } from '../pipeline/contract.ts';

const tenantFile = z.object({
  displayName: z.string().min(1),
  domain: z.string().min(1).exactOptional(),
  directoryId: z.guid(),
  backupOnly: z.boolean().exactOptional(),
  takesBaseline: z.boolean().exactOptional(),
  variables: z.record(z.string(), z.string()).exactOptional(),
  authentication: z.enum(TENANT_AUTHENTICATIONS).exactOptional(),
}) satisfies z.ZodType<TenantFile>;

export function readTenantFile(text: string): TenantFile | null {
  try {
    return tenantFile.safeParse(JSON.parse(text.replace(/^\uFEFF/, ''))).data ?? null;
  } catch {
    return null;
  }
}

/** `.gitmodules` → the repository of the first submodule that has an address. */
export function readBaseline(text: string): string | null {
  const address = /^\s*url\s*=\s*(\S.*?)\s*$/m.exec(text)?.[1];
  const last = address?.replace(/\/+$/, '').split('/').at(-1);
  if (!last) return null;
  try {
    return decodeURIComponent(last.replace(/\.git$/, '')) || null;
  } catch {
    return null;
  }
}

const pipelineFile = z.object({ schedules: z.array(z.object({ cron: z.string() })).nullish() });
const FIVE_FIELDS = /^\S+(\s+\S+){4}$/;

/** The YAML's cron expressions; Azure reads them as UTC. */
export function readSchedules(text: string): string[] {
  try {
    const { data } = pipelineFile.safeParse(parse(text, { logLevel: 'silent' }));
    return (data?.schedules ?? []).map(({ cron }) => cron.trim()).filter((cron) => FIVE_FIELDS.test(cron));
  } catch {
    return [];
  }
}
