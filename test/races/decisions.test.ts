import { expect, test } from 'vitest';
import { describeRace, raceRounds } from '../support/race-rounds.ts';

test('Of fifty who decide at once exactly those win whom the gate admits, and every loser is told what was decided and by whom', async () => {
  const result = await raceRounds({ rounds: 3, tenants: 1, required: 1 });
  expect(result.rounds).toBe(3);
  console.log(describeRace(result));
});
