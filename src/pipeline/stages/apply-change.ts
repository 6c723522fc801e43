import { contentOf, readPath, pathOf } from '../configuration-file.ts';
import { configurationTypeOf } from '../configuration-types.ts';
import { unknownVariables } from '../inheritance.ts';
import type { ChangeResult } from '../contract.ts';
import type { FileDifference, Side } from '../differences.ts';
import type { TenantConnection } from '../stage.ts';
import { sayTheSame } from '../tenant-files.ts';

/** Why a change must not be written, or need not be; null when it may. `present` is the tenant's file as of now. */
export function refusalOf(
  difference: FileDifference,
  all: readonly FileDifference[],
  present: string | null,
): ChangeResult | null {
  const { path, before, after, configurationType } = difference;
  if (isSame(difference, after, present)) return { path, result: 'SKIPPED' };
  const reason = faultOf(difference, all) ?? singletonFault(difference);
  if (reason) return { path, result: 'FAILED', error: reason };
  if (isSame(difference, before, present)) return null;
  return {
    path,
    result: 'FAILED',
    error: `The ${configurationType} object was changed in the tenant after the preview, and was left as it is. Sync again to review it.`,
  };
}

export async function applyChange(
  tenant: TenantConnection,
  difference: FileDifference,
): Promise<ChangeResult> {
  const { path, kind, configurationType, displayName, after } = difference;
  try {
    if (after === null) await tenant.remove(configurationType, displayName);
    else if (typeof after === 'string') throw new Error('The file is not valid JSON.');
    else if (kind === 'ADDED') await tenant.create({ configurationType, displayName, properties: after });
    else await tenant.update({ configurationType, displayName, properties: after });
    return { path, result: 'APPLIED' };
  } catch (error) {
    return { path, result: 'FAILED', error: error instanceof Error ? error.message : String(error) };
  }
}

function isSame({ path, configurationType }: FileDifference, side: Side, present: string | null): boolean {
  if (typeof side === 'string') return false;
  return sayTheSame(path, side && contentOf(configurationType, side), present);
}

function faultOf(difference: FileDifference, all: readonly FileDifference[]): string | null {
  const { path, configurationType, displayName, after, invalid } = difference;
  if (invalid) return invalid;
  const right = pathOf(configurationType, displayName);
  if (after !== null && right !== path)
    return `The file is not where its object belongs: rename it to ${right} and sync again.`;
  if (all.some((other) => other.path !== path && pathOfSameObject(other.path) === right)) {
    return `Two files stand for "${displayName}": keep only ${right} and sync again.`;
  }
  const unknown = after === null ? [] : unknownVariables(after);
  if (unknown.length > 0)
    return `It uses ${unknown.join(', ')}, for which the tenant has no value: add it to "variables" in tenant.json and sync again.`;
  const named = after !== null && typeof after !== 'string' ? after.displayName : undefined;
  if (
    typeof named === 'string' &&
    named !== displayName &&
    !configurationTypeOf(configurationType).isSingleton
  ) {
    return `The property displayName says "${named}", the file name "${displayName}": make them equal (rename the file too) and sync again.`;
  }
  return null;
}

function pathOfSameObject(path: string): string | null {
  const name = readPath(path);
  return name && pathOf(name.configurationType, name.displayName);
}

function singletonFault({ kind, configurationType }: FileDifference): string | null {
  if (kind === 'CHANGED' || !configurationTypeOf(configurationType).isSingleton) return null;
  return `${configurationType} exists exactly once in every tenant and can only be changed: put its one file back on the branch "main" and sync again.`;
}
