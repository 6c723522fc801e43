import { expect, test } from 'vitest';
import { Replay, ReplayBudget, type Told } from '../../src/events/replay.ts';

const told = (position: bigint): Told => ({ position, payload: Buffer.alloc(1_000), hasFailed: false });
const positions = (replay: Replay) => [...replay.after(0n)].map(({ position }) => position);

function keep(budget: ReplayBudget, replay: Replay, count: number): void {
  for (let position = 1n; position <= count; position++) budget.keep(replay, told(position));
}

test('What all groups keep together stays below its bound, the oldest going first', () => {
  const budget = new ReplayBudget({ mostBytes: 20_000, keepMs: 60_000 });
  const [one, other] = [new Replay(0n), new Replay(0n)];
  keep(budget, one, 8);
  keep(budget, other, 8);
  expect(budget.bytes).toBeLessThanOrEqual(20_000);
  expect(positions(other)).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n]);
  expect(positions(one)).toEqual(positions(one).filter((position) => position > one.floor));
  expect(one.floor).toBeGreaterThan(0n);
});

test('What a group kept is let go when the group is over, and makes room for others', () => {
  const budget = new ReplayBudget({ mostBytes: 20_000, keepMs: 60_000 });
  const [over, goesOn] = [new Replay(0n), new Replay(0n)];
  keep(budget, over, 10);
  budget.drop(over);
  expect([budget.bytes, positions(over)]).toEqual([0, []]);
  keep(budget, goesOn, 10);
  expect(positions(goesOn)).toHaveLength(10);
});
