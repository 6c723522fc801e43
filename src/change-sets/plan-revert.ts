/** Pure: which files a revert has to write. All maps are path → blob id. */

export type RevertInputs = {
  present: ReadonlyMap<string, string>;
  tenantState: ReadonlyMap<string, string>;
  desired: ReadonlyMap<string, string>;
  overwrite: ReadonlySet<string>;
};

export type RevertPlan = {
  /** What to write; a null blob removes the file. */
  restore: { path: string; blobId: string | null }[];
  /** Edited since the preview, and not named for overwriting. */
  conflictingPaths: string[];
};

export function planRevert(paths: readonly string[], inputs: RevertInputs): RevertPlan {
  const plan: RevertPlan = { restore: [], conflictingPaths: [] };
  for (const path of paths) {
    const now = inputs.present.get(path);
    const wanted = inputs.tenantState.get(path);
    if (now === wanted) continue;
    if (now !== inputs.desired.get(path) && !inputs.overwrite.has(path)) plan.conflictingPaths.push(path);
    else plan.restore.push({ path, blobId: wanted ?? null });
  }
  return plan;
}
