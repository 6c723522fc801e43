import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Changes of this long are saved together. */
const SAVE_AFTER_MS = 100;

/** A value in memory that a restart finds again: change it, then say so. */
export class SavedState<Value> {
  readonly value: Value;
  readonly #path: string;
  #timer: NodeJS.Timeout | null = null;
  #saving: Promise<void> = Promise.resolve();

  constructor(path: string, value: Value) {
    this.#path = path;
    this.value = value;
  }

  changed(): void {
    this.#timer ??= setTimeout(() => {
      // A failure is told by the next flush.
      this.flush().catch(() => undefined);
    }, SAVE_AFTER_MS);
  }

  /** Saves now; throws when that failed. */
  async flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#saving = this.#saving.catch(() => undefined).then(() => this.#write());
    await this.#saving;
  }

  // A reader sees the old file or the new one, never half of it.
  async #write(): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    await writeFile(`${this.#path}.new`, JSON.stringify(this.value));
    await rename(`${this.#path}.new`, this.#path);
  }
}

/** What an earlier process left there, or `initial`. */
export async function openSavedState<Value>(path: string, initial: Value): Promise<SavedState<Value>> {
  try {
    // What is read here was written by this program.
    return new SavedState(path, JSON.parse(await readFile(path, 'utf8')) as Value);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return new SavedState(path, initial);
    throw new Error(
      `The sandbox's file ${path} cannot be read: delete it, or the data folder, and start again.`,
      {
        cause: error,
      },
    );
  }
}
