/** Runs at most `most` of the given works at once, the others in their order. */
export function createLimit(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // A place is handed over, not given back and taken again: nobody can slip in between.
      if (next) next();
      else running--;
    }
  };
}
