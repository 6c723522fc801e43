import { describe, expect, it } from 'vitest';
import { planRevert } from '../../src/change-sets/plan-revert.ts';

const map = (files: Record<string, string>) => new Map(Object.entries(files));

describe('the plan of a revert', () => {
  const tenantState = map({ '/changed': 'old', '/removed': 'kept' });
  const desired = map({ '/changed': 'new', '/added': 'new' });
  const paths = ['/added', '/changed', '/removed'];

  it("restores the tenant's state for every path of the change set", () => {
    expect(planRevert(paths, { present: desired, tenantState, desired, overwrite: new Set() })).toEqual({
      restore: [
        { path: '/added', blobId: null },
        { path: '/changed', blobId: 'old' },
        { path: '/removed', blobId: 'kept' },
      ],
      conflictingPaths: [],
    });
  });

  it('has nothing to do when the files are back already', () => {
    const plan = planRevert(paths, { present: tenantState, tenantState, desired, overwrite: new Set() });
    expect(plan).toEqual({ restore: [], conflictingPaths: [] });
  });

  it('names a file that somebody edited since the preview', () => {
    const present = map({ '/changed': 'edited', '/added': 'new' });
    expect(
      planRevert(paths, { present, tenantState, desired, overwrite: new Set() }).conflictingPaths,
    ).toEqual(['/changed']);
  });

  it('names a file that somebody removed since the preview', () => {
    const present = map({ '/added': 'new' });
    expect(
      planRevert(paths, { present, tenantState, desired, overwrite: new Set() }).conflictingPaths,
    ).toEqual(['/changed']);
  });

  it('overwrites an edited file when it is named', () => {
    const present = map({ '/changed': 'edited', '/added': 'new' });
    const plan = planRevert(paths, { present, tenantState, desired, overwrite: new Set(['/changed']) });
    expect(plan.conflictingPaths).toEqual([]);
    expect(plan.restore).toContainEqual({ path: '/changed', blobId: 'old' });
  });

  it('leaves files alone that are not in the change set', () => {
    const present = map({ '/other': 'mine', '/changed': 'new', '/added': 'new' });
    const plan = planRevert(paths, { present, tenantState, desired, overwrite: new Set() });
    expect(plan.restore.map((file) => file.path)).not.toContain('/other');
  });
});
