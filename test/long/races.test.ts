import { expect, test } from 'vitest';
import { describeRace, raceRounds } from '../support/race-rounds.ts';

const ROUNDS = 1_000;

test(
  'A thousand rounds of fifty deciders at once: exactly those win whom the gate admits, with one answer to each gate',
  { timeout: 3_600_000 },
  async () => {
    const result = await raceRounds({ rounds: ROUNDS, tenants: 6, required: 1 });
    console.log(describeRace(result));
    expect(result.rounds).toBe(ROUNDS);
  },
);
