import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  changeSetOf,
  decide,
  runOf,
  startSync,
  untilStatus,
  untilTenant,
  type TenantView,
} from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ tenants: ['drifted', 'contested', 'quiet'] });
});
afterAll(() => stack[Symbol.asyncDispose]());

async function syncUntilIdle(tenant: TenantView): Promise<TenantView> {
  expect(await startSync(stack.place, tenant.id)).toMatchObject({ __typename: 'SyncRun' });
  return untilTenant(
    stack.place,
    tenant.name,
    'is idle',
    (one) => one.status === 'IDLE' && one.version > tenant.version,
  );
}

describe('a setting that was changed by hand in the tenant', () => {
  it('is backed up to main, and the next sync does not undo it', async () => {
    const idle = await syncUntilIdle(await untilStatus(stack.place, 'drifted', 'NOT_RUN'));
    const drift = await stack.drift('drifted');
    const after = await syncUntilIdle(idle);
    expect(runOf(after)).toMatchObject({ outcome: 'SUCCEEDED', changeSet: null });
    expect(stack.tenantValue('drifted', drift)).toBe(drift.after);
    expect(await stack.fileValue('drifted', 'main', drift)).toBe(drift.after);
    expect(await stack.fileValue('drifted', 'tenant-state', drift)).toBe(drift.after);
  });

  it('is put up for review when the repository changed the same file', async () => {
    const idle = await syncUntilIdle(await untilStatus(stack.place, 'contested', 'NOT_RUN'));
    const wanted = await stack.desireChange('contested');
    const drift = await stack.drift('contested', wanted);
    await startSync(stack.place, idle.id);
    const waiting = await untilStatus(stack.place, 'contested', 'PENDING_APPROVAL');
    expect(changeSetOf(waiting).changes.nodes).toMatchObject([
      {
        path: wanted.path,
        properties: [{ path: wanted.property, before: drift.after, after: wanted.after }],
      },
    ]);
    await decide(stack.place, 'approveChangeSet', changeSetOf(waiting));
    await untilStatus(stack.place, 'contested', 'IDLE');
    expect(stack.tenantValue('contested', wanted)).toBe(wanted.after);
  });
});

describe('a sync that finds nothing to change', () => {
  it('asks for no approval', async () => {
    const idle = await syncUntilIdle(await untilStatus(stack.place, 'quiet', 'NOT_RUN'));
    expect(runOf(idle)).toMatchObject({ outcome: 'SUCCEEDED', changeSet: null, decisions: [] });
  });

  it('stops before deploy when the mode asks only for a preview', async () => {
    const wanted = await stack.desireChange('quiet');
    const before = await untilStatus(stack.place, 'quiet', 'IDLE');
    await startSync(stack.place, before.id, { mode: 'PREVIEW_ONLY' });
    const after = await untilTenant(
      stack.place,
      'quiet',
      'is idle',
      (one) => one.status === 'IDLE' && one.version > before.version,
    );
    expect(changeSetOf(after).changes.nodes).toHaveLength(1);
    expect(stack.tenantValue('quiet', wanted)).toBe(wanted.before);
  });
});
