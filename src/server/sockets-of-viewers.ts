/** How many sockets each caller has open. A caller is a key or a person, whichever signed in. */
export class SocketsOfViewers {
  readonly #most: number;
  readonly #open = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** How to give the place back; null when the caller has none left. */
  take(callerId: string): (() => void) | null {
    const open = this.#open.get(callerId) ?? 0;
    if (open >= this.#most) return null;
    this.#open.set(callerId, open + 1);
    return () => this.#giveBack(callerId);
  }

  #giveBack(callerId: string): void {
    const left = (this.#open.get(callerId) ?? 0) - 1;
    if (left > 0) this.#open.set(callerId, left);
    else this.#open.delete(callerId);
  }
}
