import { expect, test } from 'vitest';
import { describeReviews, reviewRounds } from '../support/review-rounds.ts';

test('Nothing unread is approved while the change set changes under review, and equal content in another order keeps its digest', async () => {
  const result = await reviewRounds({ rounds: 4, tenants: 4, seed: 1 });
  expect(result.rounds).toBe(4);
  console.log(describeReviews(result));
});
