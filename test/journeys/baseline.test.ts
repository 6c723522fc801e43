import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPath } from '../../src/pipeline/configuration-file.ts';
import { changeSetOf, decide, runOf, startSync, untilStatus, untilTenant } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** A policy of the baseline that its downstream tenant does not override. */
let policy: { path: string; configurationType: string; displayName: string; property: string };
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    tenants: ['base', 'down'],
    plan: (name) =>
      name === 'base' ? { size: 'large' } : { baseline: 'base', takesBaseline: true, size: 'small' },
  });
  const own = await stack.mainFiles('down');
  const [path = ''] =
    [...(await stack.mainFiles('base'))].find(
      ([each, content]) =>
        each.includes('/ConditionalAccess/Policies/') &&
        !own.has(each) &&
        content.includes('"state": "enabled"'),
    ) ?? [];
  const name = readPath(path);
  policy = { path, property: 'state', configurationType: '', displayName: '', ...name };
});
afterAll(() => stack[Symbol.asyncDispose]());

const switchTo = (state: string) =>
  stack.editMain('base', policy.path, (text) => text.replace(/"state": "\w+"/, `"state": "${state}"`));
const valueInTenant = () => stack.tenantValue('down', { ...policy, before: '', after: '' });
const follow = () => stack.editMain('down', '.gitmodules', (text) => `${text}\tbranch = main\n`);

async function syncUntil(status: string) {
  const { id } = await untilTenant(stack.place, 'down', 'is there', () => true);
  await startSync(stack.place, id);
  return untilStatus(stack.place, 'down', status);
}

it('finds nothing to change in a tenant that is as its baseline wants it, and copies nothing of it', async () => {
  await switchTo('disabled');
  const ownBefore = await stack.mainFiles('down');
  expect(runOf(await syncUntil('IDLE'))).toMatchObject({ outcome: 'SUCCEEDED' });
  expect(await stack.mainFiles('down')).toEqual(ownBefore);
});

it('asks for approval of what a followed baseline changes, and deploys it to the tenant', async () => {
  await follow();
  const waiting = await syncUntil('PENDING_APPROVAL');
  const { changes } = changeSetOf(waiting);
  expect(changes.nodes).toMatchObject([
    {
      kind: 'CHANGED',
      displayName: policy.displayName,
      properties: [{ path: 'state', after: '"disabled"' }],
    },
  ]);
  await decide(stack.place, 'approveChangeSet', changeSetOf(waiting));
  expect(runOf(await untilStatus(stack.place, 'down', 'IDLE'))).toMatchObject({ outcome: 'SUCCEEDED' });
  expect(valueInTenant()).toBe('"disabled"');
});

it('overrides the baseline where its changes are rejected and reverted, and does not ask again', async () => {
  await switchTo('enabled');
  const waiting = await syncUntil('PENDING_APPROVAL');
  await decide(stack.place, 'rejectAndRevertChangeSet', changeSetOf(waiting));
  await untilTenant(
    stack.place,
    'down',
    'has its revert done',
    (one) => one.latestRun?.revert?.status === 'DONE',
  );
  expect((await stack.mainFiles('down')).get(policy.path)).toContain('"state": "disabled"');
  expect(runOf(await syncUntil('IDLE'))).toMatchObject({ outcome: 'SUCCEEDED' });
  expect(valueInTenant()).toBe('"disabled"');
});
