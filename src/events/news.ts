import type { Told } from './replay.ts';

/**
 * What one turn of the event loop brought to a group, in the log's order. A member misses the last so many of it, most
 * often all: those that miss the same get the same array.
 */
export class News {
  readonly #told: (Told & { isHeartbeat: boolean })[] = [];
  readonly #payloads: (readonly Buffer[] | undefined)[] = [];
  #end = 0n;

  /** How far the log has been told with it. */
  get end(): bigint {
    return this.#end;
  }

  get isEmpty(): boolean {
    return this.#told.length === 0;
  }

  add(told: Told, isHeartbeat: boolean): void {
    this.#told.push({ ...told, isHeartbeat });
    this.#end = told.position;
  }

  /** Only when it is whole. */
  behind(position: bigint): readonly Buffer[] {
    let first = 0;
    while (!this.#isNewBehind(position, first)) first += 1;
    return (this.#payloads[first] ??= this.#told.slice(first).map(({ payload }) => payload));
  }

  /** A heartbeat moves no position: whoever is where it tells of gets it, too. */
  #isNewBehind(position: bigint, index: number): boolean {
    const told = this.#told[index];
    return !told || told.position > position || (told.isHeartbeat && told.position === position);
  }
}
