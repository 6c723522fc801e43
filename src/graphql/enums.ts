import { builder } from './builder.ts';

/** An enum of the words of a const array, each with its meaning: a word without one does not compile. */
export function enumOf<const Word extends string>(
  name: string,
  description: string,
  meanings: Readonly<Record<Word, string>>,
) {
  const values = Object.fromEntries(
    Object.entries<string>(meanings).map(([word, meaning]) => [word, { description: meaning }]),
  ) as Record<Word, { description: string }>;
  return builder.enumType(name, { description, values });
}
