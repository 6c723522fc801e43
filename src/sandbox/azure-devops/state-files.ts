import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Build } from './build.ts';
import { emptyWorldState, type WorldState } from './model.ts';

/** Changes of this long are saved together. */
const SAVE_AFTER_MS = 150;

/** Keeps the world in memory and on disk: one file for each build, one for everything else. */
export class StateFiles {
  readonly state: WorldState;
  readonly builds: Map<number, Build>;
  readonly #folder: string;
  readonly #dirtyBuilds = new Set<Build>();
  #isDirty = false;
  #timer: NodeJS.Timeout | null = null;
  #saving: Promise<void> = Promise.resolve();
  #failure: Error | null = null;

  constructor(folder: string, state: WorldState, builds: Map<number, Build>) {
    this.#folder = folder;
    this.state = state;
    this.builds = builds;
  }

  changed(): void {
    this.#isDirty = true;
    this.#schedule();
  }

  buildChanged(build: Build): void {
    this.#dirtyBuilds.add(build);
    this.#schedule();
  }

  /** Saves what is not saved yet; throws what an earlier save failed with. */
  async flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#saving = this.#saving.then(() => this.#save());
    await this.#saving;
    if (this.#failure) throw this.#failure;
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#saving = this.#saving
        .then(() => this.#save())
        .catch((error: unknown) => {
          this.#failure = error instanceof Error ? error : new Error(String(error));
        });
    }, SAVE_AFTER_MS);
  }

  async #save(): Promise<void> {
    const builds = [...this.#dirtyBuilds];
    this.#dirtyBuilds.clear();
    for (const build of builds) await writeWhole(join(this.#folder, 'builds', `${build.id}.json`), build);
    if (this.#isDirty) {
      this.#isDirty = false;
      await writeWhole(join(this.#folder, 'world.json'), this.state);
    }
  }
}

/** Finds the world that an earlier process left in the folder, or an empty one. */
export async function openStateFiles(folder: string): Promise<StateFiles> {
  const buildsFolder = join(folder, 'builds');
  await mkdir(buildsFolder, { recursive: true });
  // What is read here was written by this program.
  const saved = (await readJson(join(folder, 'world.json'))) as Partial<WorldState> | null;
  // A world of an earlier version lacks what came later.
  const state = { ...emptyWorldState(), ...saved };
  const builds = new Map<number, Build>();
  for (const name of await readdir(buildsFolder)) {
    if (!name.endsWith('.json')) continue;
    const build = (await readJson(join(buildsFolder, name))) as Build | null;
    if (build) builds.set(build.id, build);
  }
  // A build may have been saved in the moment before the counter was.
  state.counters.build = Math.max(state.counters.build, ...builds.keys());
  return new StateFiles(folder, state, new Map([...builds].sort(([one], [other]) => one - other)));
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new Error(
      `The sandbox's file ${path} cannot be read: delete it, or the data folder, and start again.`,
      {
        cause: error,
      },
    );
  }
}

/** A reader sees the old file or the new one, never half of it. */
async function writeWhole(path: string, content: unknown): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(content));
  await rename(`${path}.new`, path);
}
