import { expect, test } from 'vitest';
import { describeReviews, reviewRounds } from '../support/review-rounds.ts';

const ROUNDS = 500;

test(
  'Five hundred change sets that change under review: nothing unread is approved, and equal content keeps its digest',
  { timeout: 3_600_000 },
  async () => {
    const seed = Date.now();
    const result = await reviewRounds({ rounds: ROUNDS, tenants: 6, seed });
    console.log(`seed ${seed}: ${describeReviews(result)}`);
    expect(result.rounds).toBe(ROUNDS);
  },
);
