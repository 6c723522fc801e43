/** Azure DevOps holds requests back for half a minute, as it does with those who ask too much. */
import { expect, it } from 'vitest';
import { changeSetOf, decide, readTenant, runOf, startSync, untilTenant } from '../support/journey.ts';
import { startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

const STALL_MS = 30_000;

it('while looks stall for 30 seconds, people start and decide all the same, and everything ends as it should', async () => {
  await using stack = await startStack({ tenants: ['waiting', 'started'] });
  const { control, world } = stack.sandbox;
  await stack.desireChange('waiting');
  const tenant = await untilTenant(stack.place, 'waiting', 'is there', () => true);
  await startSync(stack.place, tenant.id);
  const waiting = await untilTenant(
    stack.place,
    'waiting',
    'can be decided',
    (one) => one.status === 'PENDING_APPROVAL' && !!one.latestRun?.changeSet,
  );

  const stalls = control.switchOn({ kind: 'stalled', requests: 'list-runs', times: 4, ms: STALL_MS });
  const hits = () => control.faults().switchedOn.find(({ id }) => id === stalls.id)?.hits ?? 0;
  await waitFor('a look to stall', () => hits() > 0);
  const stalledAt = performance.now();
  await decide(stack.place, 'approveChangeSet', changeSetOf(waiting));
  const other = await untilTenant(stack.place, 'started', 'is there', () => true);
  await startSync(stack.place, other.id);
  await waitFor('both to reach Azure DevOps', () => {
    const kinds = world.ledger().map(({ kind, key }) => `${kind} ${key.repository}`);
    return kinds.includes('gateAnswered waiting') && kinds.includes('queued started');
  });
  const reachedAfter = performance.now() - stalledAt;
  const answer = performance.now();
  expect(await readTenant(stack.place, 'waiting')).not.toBeNull();
  console.log(
    `decided and started after ${Math.round(reachedAfter)} ms of a stall of ${STALL_MS} ms; a reader was answered in ${Math.round(performance.now() - answer)} ms`,
  );
  expect(reachedAfter).toBeLessThan(STALL_MS);

  for (const name of ['waiting', 'started'])
    await waitFor(
      `${name} to succeed`,
      async () => runOf((await readTenant(stack.place, name)) ?? raise()).outcome === 'SUCCEEDED',
      { withinMs: 10 * STALL_MS },
    );
}, 600_000);

function raise(): never {
  throw new Error('The tenant disappeared.');
}
