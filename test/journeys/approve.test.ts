import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { subscribe } from '../support/client.ts';
import { changeSetOf, decide, runOf, startSync, untilStatus, untilTenant } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

type Change = {
  tenantStatusChanged: { cursor: string; previousStatus: string; status: string; version: number };
};

const CHANGES = /* GraphQL */ `
  subscription ($after: Cursor) {
    tenantStatusChanged(after: $after) {
      cursor
      previousStatus
      status
      version
    }
  }
`;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ tenants: ['contoso'] });
});
afterAll(() => stack[Symbol.asyncDispose]());

describe('a sync whose changes are approved', () => {
  it('goes from Not run to Idle, tells every step in order, and writes the change to the tenant', async () => {
    const { place } = stack;
    const tenant = await untilStatus(place, 'contoso', 'NOT_RUN');
    const edited = await stack.desireChange('contoso');
    await using changes = subscribe<Change>(place.url, CHANGES);
    await changes.opened;

    const started = await startSync(place, tenant.id, { comment: 'Please' });
    expect(started).toMatchObject({ __typename: 'SyncRun', status: 'STARTING' });

    const waiting = await untilStatus(place, 'contoso', 'PENDING_APPROVAL');
    const changeSet = changeSetOf(waiting);
    expect(changeSet.changes.nodes).toHaveLength(1);
    expect(changeSet.changes.nodes[0]).toMatchObject({
      kind: 'CHANGED',
      configurationType: edited.configurationType,
      displayName: edited.displayName,
      properties: [{ path: edited.property, before: edited.before, after: edited.after }],
    });
    expect(stack.tenantValue('contoso', edited)).toBe(edited.before);

    const decision = await decide(place, 'approveChangeSet', changeSet, { comment: 'Go' });
    expect(decision).toMatchObject({ __typename: 'Decision', verdict: 'APPROVE' });

    const idle = await untilStatus(place, 'contoso', 'IDLE');
    expect(stack.tenantValue('contoso', edited)).toBe(edited.after);
    expect(runOf(idle).outcome).toBe('SUCCEEDED');
    expect(changeSetOf(idle).changes.nodes.map((change) => change.result?.status)).toEqual(['APPLIED']);
    expect(runOf(idle).decisions).toMatchObject([
      { verdict: 'APPROVE', state: 'SETTLED', via: 'API', digest: changeSet.digest },
    ]);

    await waitFor(
      'the last change on the subscription',
      () => changes.received.at(-1)?.tenantStatusChanged.status === 'IDLE',
    );
    expect(changes.received.map((one) => one.tenantStatusChanged.status)).toEqual([
      'STARTING',
      'IN_PROGRESS',
      'PENDING_APPROVAL',
      'IN_PROGRESS',
      'IDLE',
    ]);
    expect(changes.received.map((one) => one.tenantStatusChanged.version)).toEqual([1, 2, 3, 4, 5]);
    expect(changes.errors).toEqual([]);

    const [first, ...later] = changes.received;
    await using resumed = subscribe<Change>(place.url, CHANGES, {
      variables: { after: first?.tenantStatusChanged.cursor },
    });
    await waitFor('the resumed subscription', () => resumed.received.length === later.length);
    expect(resumed.received).toEqual(later);
  });

  it('changes nothing more when the tenant is synced again', async () => {
    const { place } = stack;
    const before = await untilStatus(place, 'contoso', 'IDLE');
    await startSync(place, before.id);
    const after = await untilTenant(
      place,
      'contoso',
      'is idle again',
      (one) => one.version > before.version && one.status === 'IDLE',
    );
    expect(runOf(after)).toMatchObject({ outcome: 'SUCCEEDED', changeSet: null, decisions: [] });
  });
});
