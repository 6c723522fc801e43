import { HubGroup, type Member, type Source } from './hub-group.ts';
import { ReplayBudget } from './replay.ts';

/** Somebody who follows a source that others follow, too. */
export type Follower = Member & {
  /** Aborts when it leaves. */
  signal: AbortSignal;
  /** Resolves when there is room again. */
  room(): Promise<void>;
  /** The same source, for itself, behind its position. */
  resume(): Promise<Source>;
};

export type HubOptions = {
  /** How far the log was read. */
  livePosition: () => bigint;
  /** What all groups together keep for those who are a little behind. */
  mostBytes?: number;
  keepMs?: number;
};

/** Closer to the log's end than this, a follower's own source may become the source of a group. */
const NEAR = 500n;

type Shared = { group: HubGroup; followers: number };

/**
 * Lets followers of the same thing (the same key) share one reading of it. Each is in one of two states, and goes from
 * one to the other at an exact position: it reads for itself, at its own speed, or it is carried by the group, live.
 */
export class Hub {
  readonly #livePosition: () => bigint;
  readonly #budget: ReplayBudget;
  readonly #shared = new Map<string, Shared>();
  #followers = 0;

  constructor({ livePosition, mostBytes = 32 * 1024 * 1024, keepMs = 30_000 }: HubOptions) {
    this.#livePosition = livePosition;
    this.#budget = new ReplayBudget({ mostBytes, keepMs });
  }

  get followers(): number {
    return this.#followers;
  }

  /** How many readings are shared at this moment. */
  get groups(): number {
    return this.#shared.size;
  }

  /**
   * Tells the follower everything behind its position; `source` begins there. Resolves when it left or the source
   * ended; rejects with the source's error.
   */
  async follow(key: string, follower: Follower, source: Source): Promise<void> {
    const reading = new Reading(follower, source);
    let held: Shared | undefined;
    this.#followers += 1;
    try {
      for (let goesOn = true; goesOn && !follower.signal.aborted;) {
        const shared = this.#join(key, reading);
        if (shared && shared !== held) {
          shared.followers += 1;
          this.#release(key, held);
          held = shared;
        }
        goesOn = shared ? await carried(shared.group, follower) : await reading.step();
      }
    } finally {
      reading.close();
      this.#release(key, held);
      this.#followers -= 1;
    }
  }

  /** The group that can carry the follower from here on; a new one when there is none and the log's end is near. */
  #join(key: string, reading: Reading): Shared | undefined {
    const existing = this.#shared.get(key);
    if (existing) {
      if (!existing.group.covers(reading.follower)) return undefined;
      reading.close();
      return existing;
    }
    const { position } = reading.follower;
    const source = this.#livePosition() - position <= NEAR ? reading.handOver() : undefined;
    return source && this.#begin(key, new HubGroup(source, position, this.#budget));
  }

  #begin(key: string, group: HubGroup): Shared {
    const shared = { group, followers: 0 };
    this.#shared.set(key, shared);
    void group.run().then(() => this.#forget(key, shared));
    return shared;
  }

  /** A group goes on for those, too, that are behind at the moment; without any follower it ends. */
  #release(key: string, shared: Shared | undefined): void {
    if (!shared) return;
    shared.followers -= 1;
    if (shared.followers > 0) return;
    this.#forget(key, shared);
    shared.group.close();
  }

  #forget(key: string, shared: Shared): void {
    if (this.#shared.get(key) === shared) this.#shared.delete(key);
  }
}

/** Answers whether the follower has to go on: it was behind, and there is room again. */
async function carried(group: HubGroup, follower: Follower): Promise<boolean> {
  const leave = () => group.leave(follower);
  follower.signal.addEventListener('abort', leave);
  const parting = await group
    .carry(follower)
    .finally(() => follower.signal.removeEventListener('abort', leave));
  if (parting === 'BEHIND') await room(follower);
  return parting === 'BEHIND';
}

/** Resolves when there is room, or when the follower leaves. */
async function room(follower: Follower): Promise<void> {
  const { signal } = follower;
  const left = Promise.withResolvers<void>();
  const leave = () => left.resolve();
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  while (!signal.aborted && !follower.hasRoom()) await Promise.race([left.promise, follower.room()]);
  signal.removeEventListener('abort', leave);
}

/** A follower's own source, as long as it needs one. */
class Reading {
  readonly follower: Follower;
  #source: Source | undefined;

  constructor(follower: Follower, source: Source) {
    this.follower = follower;
    this.#source = source;
    follower.signal.addEventListener('abort', () => this.close());
  }

  /** One result further. Answers whether there may be more. */
  async step(): Promise<boolean> {
    this.#source ??= await this.follower.resume();
    if (this.follower.signal.aborted) return false;
    const { done, value } = await this.#source.next();
    if (done) return false;
    if (!this.follower.hasRoom()) await room(this.follower);
    if (this.follower.signal.aborted) return false;
    this.follower.position = value.position;
    this.follower.tell([value.payload]);
    return true;
  }

  handOver(): Source | undefined {
    const source = this.#source;
    this.#source = undefined;
    return source;
  }

  close(): void {
    // It is not needed any more: how it ends concerns nobody.
    this.handOver()
      ?.return()
      .catch(() => undefined);
  }
}
