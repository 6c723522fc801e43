/** Wakes one loop. A ring that comes while nobody waits is kept, and any number of them are heard as one. */
export class Bell {
  #isRung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#isRung = true;
    this.#wake?.();
  }

  /** Resolves when it was rung since the last time, or after `withinMs`. */
  async heard(withinMs: number): Promise<void> {
    if (!this.#isRung) await this.#rung(withinMs);
    this.#wake = undefined;
    this.#isRung = false;
  }

  #rung(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
