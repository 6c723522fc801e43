import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';

type Place = { at: number; length: number };
type Waiting = { id: string; object: Buffer };

const ID_BYTES = 20;
const HEAD_BYTES = ID_BYTES + 4;

/**
 * A repository's objects in one file: each its id, its length, and itself as Git packs it. A file and a folder for each,
 * as Git lays them out, cost a disk 1 ms, and a fleet has thousands.
 */
export class ObjectFile {
  readonly #path: string;
  readonly #places = new Map<string, Place>();
  #opening: Promise<void> | undefined;
  /** Where the next object goes. */
  #end = 0;
  #waiting: Waiting[] = [];
  #nextFlush: Promise<void> | undefined;
  #lastFlush: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  async has(id: string): Promise<boolean> {
    await this.#open();
    return this.#places.has(id);
  }

  async read(id: string): Promise<Buffer | null> {
    await this.#open();
    const place = this.#places.get(id);
    if (!place) return null;
    await using file = await open(this.#path);
    const object = Buffer.alloc(place.length);
    await file.read(object, 0, place.length, place.at);
    return object;
  }

  /** Resolves when it is in the file. What is asked for at the same time is written at once. */
  async write(id: string, object: Buffer): Promise<void> {
    await this.#open();
    this.#waiting.push({ id, object });
    if (!this.#nextFlush) {
      this.#nextFlush = this.#lastFlush.then(() => this.#flush());
      this.#lastFlush = this.#nextFlush.catch(() => undefined);
    }
    await this.#nextFlush;
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#nextFlush = undefined;
    const bytes = Buffer.concat(batch.flatMap(({ id, object }) => [headOf(id, object), object]));
    await using file = await open(this.#path, constants.O_WRONLY | constants.O_CREAT);
    await file.write(bytes, 0, bytes.length, this.#end);
    for (const { id, object } of batch) {
      this.#places.set(id, { at: this.#end + HEAD_BYTES, length: object.length });
      this.#end += HEAD_BYTES + object.length;
    }
  }

  #open(): Promise<void> {
    return (this.#opening ??= this.#scan());
  }

  /** The last object of a process that was killed may be there in part: the next is written over it. */
  async #scan(): Promise<void> {
    const bytes = await readFile(this.#path).catch(() => Buffer.alloc(0));
    while (this.#end + HEAD_BYTES <= bytes.length) {
      const at = this.#end + HEAD_BYTES;
      const length = bytes.readUInt32BE(at - 4);
      if (at + length > bytes.length) break;
      this.#places.set(bytes.toString('hex', this.#end, this.#end + ID_BYTES), { at, length });
      this.#end = at + length;
    }
  }
}

function headOf(id: string, object: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.write(id, 'hex');
  head.writeUInt32BE(object.length, ID_BYTES);
  return head;
}
