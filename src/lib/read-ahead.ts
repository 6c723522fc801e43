/** The results of `work` in the order of the items, a few of them ahead of whoever takes them and never more. */
export async function* readAhead<Item, Result>(
  items: Iterable<Item>,
  most: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const begun: Promise<Result>[] = [];
  for (const item of items) {
    const result = work(item);
    // Whoever takes it hears of its failure; until then it is nobody's, and must not end the process.
    result.catch(() => undefined);
    begun.push(result);
    const first = begun.length < most ? undefined : begun.shift();
    if (first) yield await first;
  }
  for (const result of begun) yield await result;
}
