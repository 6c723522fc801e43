/** The first so many different words; later ones are not admitted. */
export class AtMost {
  readonly #most: number;
  readonly #words = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  admits(word: string): boolean {
    if (this.#words.has(word)) return true;
    if (this.#words.size >= this.#most) return false;
    this.#words.add(word);
    return true;
  }
}
