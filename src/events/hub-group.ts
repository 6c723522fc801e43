import { setImmediate as nextTurn } from 'node:timers/promises';
import { tellAtTurnEnd } from '../lib/turn-end.ts';
import { News } from './news.ts';
import { Replay, type ReplayBudget, type Told } from './replay.ts';

/** Results behind a position, one by one. A position that comes again is that of a heartbeat. */
export type Source = { next(): Promise<IteratorResult<Told, undefined>>; return(): Promise<unknown> };

/** Somebody who is told what a group tells. */
export type Member = {
  /** Everything up to here was told. */
  position: bigint;
  /** Asked before anything is told. */
  hasRoom(): boolean;
  tell(payloads: readonly Buffer[]): void;
};

/** Why a group stopped telling a member: it has no room for more, the source ended, or the member left. */
export type Parting = 'BEHIND' | 'ENDED' | 'LEFT';

/** After so many bytes a turn ends and the members get theirs, so that a burst does not fill every buffer. */
const BREATHE_EVERY_BYTES = 64 * 1024;

type Carried = { resolve: (parting: Parting) => void; reject: (error: unknown) => void };

/** Reads one source, once, for all of its members. Never waits for one of them. */
export class HubGroup {
  readonly #source: Source;
  readonly #budget: ReplayBudget;
  readonly #replay: Replay;
  readonly #live = new Map<Member, Carried>();
  #isOver = false;
  #news = new News();
  #position: bigint;

  constructor(source: Source, position: bigint, budget: ReplayBudget) {
    this.#source = source;
    this.#position = position;
    this.#replay = new Replay(position);
    this.#budget = budget;
  }

  /** Whether what the member misses can be told to it from here, without a gap. */
  covers({ position }: Member): boolean {
    this.#budget.trim();
    return !this.#isOver && position >= this.#replay.floor;
  }

  /** First what it misses, then everything, until they part. Only for a member that is covered. */
  carry(member: Member): Promise<Parting> {
    for (const { position, payload } of this.#replay.after(member.position)) {
      if (!member.hasRoom()) return Promise.resolve('BEHIND');
      member.position = position;
      member.tell([payload]);
    }
    return new Promise((resolve, reject) => this.#live.set(member, { resolve, reject }));
  }

  leave(member: Member): void {
    this.#part(member, 'LEFT');
  }

  close(): void {
    this.#end();
    // Whoever it told is gone: nobody is left who could be told why it ended badly.
    this.#source.return().catch(() => undefined);
  }

  /** Until the source ends; rejects never. */
  async run(): Promise<void> {
    try {
      await this.#pump().finally(() => this.#tell());
      for (const member of [...this.#live.keys()]) this.#part(member, 'ENDED');
    } catch (error) {
      const carried = [...this.#live.values()];
      this.#live.clear();
      for (const { reject } of carried) reject(error);
    } finally {
      this.#end();
    }
  }

  #end(): void {
    this.#isOver = true;
    this.#budget.drop(this.#replay);
  }

  async #pump(): Promise<void> {
    let bytes = 0;
    for (;;) {
      const { done, value } = await this.#source.next();
      if (done) return;
      this.#take(value);
      bytes += value.payload.length;
      if (bytes < BREATHE_EVERY_BYTES) continue;
      bytes = 0;
      await nextTurn();
    }
  }

  #take(told: Told): void {
    if (this.#news.isEmpty) tellAtTurnEnd(this.#tell);
    const isHeartbeat = told.position <= this.#position;
    this.#news.add(told, isHeartbeat);
    if (isHeartbeat) return;
    this.#position = told.position;
    if (!this.#isOver) this.#budget.keep(this.#replay, told);
  }

  readonly #tell = () => {
    const news = this.#news;
    if (news.isEmpty) return;
    this.#news = new News();
    for (const member of this.#live.keys()) {
      const payloads = news.behind(member.position);
      if (payloads.length === 0) continue;
      if (!member.hasRoom()) {
        this.#part(member, 'BEHIND');
        continue;
      }
      member.position = news.end;
      member.tell(payloads);
    }
  };

  #part(member: Member, parting: Parting): void {
    const carried = this.#live.get(member);
    this.#live.delete(member);
    carried?.resolve(parting);
  }
}
