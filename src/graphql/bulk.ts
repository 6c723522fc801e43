import { asError } from '../lib/errors.ts';
import { badInput } from './user-error.ts';

const MOST_ITEMS = 100;
const AT_A_TIME = 5;

/**
 * One answer for each item, in their order. What goes wrong with one is that item's error (null in its place), so the
 * answers of the others, which have been carried out, are not lost.
 */
export async function forEachItem<Item, Result>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Result>,
): Promise<(Result | Promise<Result>)[]> {
  if (items.length > MOST_ITEMS) {
    throw badInput(
      `These are ${items.length} items, and at most ${MOST_ITEMS} can be sent at once. Send them in several requests.`,
    );
  }
  const answers: PromiseSettledResult<Result>[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) [answers[index]] = await Promise.allSettled([work(item, index)]);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  // A rejected promise in a list is how GraphQL is told of one item's error.
  return answers.map((answer) =>
    answer.status === 'fulfilled' ? answer.value : Promise.reject(asError(answer.reason)),
  );
}
