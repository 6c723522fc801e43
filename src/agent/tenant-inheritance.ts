/** What a tenant's repository says about its baseline and its variables, and the baseline itself. */
import { isJsonObject, type Json, type JsonObject } from '../pipeline/canonical-json.ts';
import { DEFAULT_NAMES, DESIRED_BRANCH } from '../pipeline/contract.ts';
import type { Inheritance } from '../pipeline/inheritance.ts';
import { type Repository, StageError } from '../pipeline/stage.ts';
import { azureRepository, readSubmodule, type RepositoryPlace } from './azure-repository.ts';

type Submodule = { path: string; url: string; branch: string | null };

/**
 * A baseline is a submodule. With a `branch` in `.gitmodules` the tenant follows it; without, it has the commit that
 * the repository holds, or where it holds none yet, the head of `main`.
 */
export async function readInheritance(
  place: RepositoryPlace,
  repository: Repository,
  commit: string,
): Promise<Inheritance> {
  const files = await repository.readFiles(commit);
  const tenant = objectIn(files.get(DEFAULT_NAMES.tenantFile.slice(1)) ?? '{}');
  const module = tenant.takesBaseline === false ? null : readModule(files.get('.gitmodules') ?? '');
  return {
    variables: variablesOf(tenant),
    baseline: module ? await readBaseline(place, commit, module) : new Map(),
  };
}

/** The texts of `variables` in tenant.json, and three that every tenant has. */
function variablesOf({ displayName, domain, directoryId, variables }: JsonObject): Record<string, string> {
  const texts = {
    ...(isJsonObject(variables) ? variables : {}),
    TenantDomainName: domain,
    TenantDisplayName: displayName,
    TenantId: directoryId,
  };
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

/** The first one that has an address. */
function readModule(text: string): Submodule | null {
  const value = (key: string) => new RegExp(`^\\s*${key}\\s*=\\s*(\\S.*?)\\s*$`, 'm').exec(text)?.[1] ?? null;
  const [path, url] = [value('path'), value('url')];
  return path && url ? { path, url, branch: value('branch') } : null;
}

async function readBaseline(place: RepositoryPlace, commit: string, module: Submodule) {
  const baseline = { ...place, ...placeOf(place, module.url) };
  const repository = azureRepository(baseline);
  const pinned = module.branch === null ? await readSubmodule(place, commit, module.path) : null;
  const head = pinned ?? (await repository.head(module.branch ?? DESIRED_BRANCH));
  if (head === null) throw unreadable(module.url, `it has no branch "${module.branch ?? DESIRED_BRANCH}"`);
  return repository.readFiles(head);
}

/** Only within the job's own organization: its token goes nowhere else. */
function placeOf({ organizationUrl, project }: RepositoryPlace, url: string) {
  const relative = /^\.\.\/([^/]+?)(?:\.git)?$/.exec(url)?.[1];
  if (relative !== undefined) return { project, repository: decodeURIComponent(relative) };
  const [, base = '', owner = '', name = ''] =
    /^(https?:\/\/.+)\/([^/]+)\/_git\/([^/]+?)\/?$/.exec(url) ?? [];
  if (withoutUser(base).toLowerCase() === organizationUrl.toLowerCase())
    return { project: decodeURIComponent(owner), repository: decodeURIComponent(name) };
  throw unreadable(url, `it is not below ${organizationUrl}, where this job's token is valid`);
}

const withoutUser = (address: string) => address.replace(/^(https?:\/\/)[^@/]+@/, '$1');

const unreadable = (url: string, why: string) =>
  new StageError(
    'BASELINE_UNREADABLE',
    `The baseline at ${url} cannot be read: ${why}. Correct .gitmodules, or give the build service the right to read it, and sync again.`,
  );

function objectIn(text: string): JsonObject {
  try {
    const value = JSON.parse(text.replace(/^\uFEFF/, '')) as Json;
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
