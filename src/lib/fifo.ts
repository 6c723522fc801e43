/** First in, first out, at the same small cost for each: `shift` of a long array moves all the others. */
export class Fifo<Item> implements Iterable<Item> {
  #items: (Item | undefined)[] = [];
  #start = 0;

  get first(): Item | undefined {
    return this.#items[this.#start];
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  shift(): Item | undefined {
    const item = this.#items[this.#start];
    if (item === undefined) return undefined;
    // Let go at once, and not only when the array is cut.
    this.#items[this.#start] = undefined;
    this.#start += 1;
    if (this.#start * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
    return item;
  }

  *[Symbol.iterator](): Generator<Item, undefined> {
    for (let index = this.#start; index < this.#items.length; index++) {
      const item = this.#items[index];
      if (item !== undefined) yield item;
    }
    return undefined;
  }
}
