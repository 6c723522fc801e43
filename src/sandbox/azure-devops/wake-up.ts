/** Lets loops sleep until something of the world has changed. A ring while nobody waits is lost: look, then wait. */
export class WakeUp {
  readonly #waiters = new Set<() => void>();

  ring(): void {
    for (const wake of [...this.#waiters]) wake();
  }

  /** Resolves at the next ring, or when the signal aborts. */
  next(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiters.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiters.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}
