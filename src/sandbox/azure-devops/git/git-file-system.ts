import promises from 'node:fs/promises';
import { join } from 'node:path';
import { ObjectFile } from './object-file.ts';

type ReadOptions = Parameters<typeof promises.readFile>[1];

const OBJECT_PATH = /objects\/([0-9a-f]{2})\/([0-9a-f]{38})$/;
const NOTHING = new Error('There is nothing to read.');

/** What the library reads and writes a repository through: its objects are in one file, the rest is on the disk. */
export function gitFileSystem(gitdir: string) {
  const objects = new ObjectFile(join(gitdir, 'objects.bin'));
  return {
    promises: {
      ...promises,
      async stat(path: string) {
        const id = objectIn(path);
        return id !== null && (await objects.has(id)) ? { isFile: () => true } : promises.stat(path);
      },
      // At each call the library asks whether this gives promises, by reading nothing: dear when Node refuses it.
      async readFile(path?: string, options: ReadOptions = null) {
        if (path === undefined) throw NOTHING;
        const id = objectIn(path);
        return (id === null ? null : await objects.read(id)) ?? promises.readFile(path, options);
      },
      writeFile(path: string, content: Buffer) {
        const id = objectIn(path);
        return id === null ? promises.writeFile(path, content) : objects.write(id, content);
      },
    },
  };
}

function objectIn(path: string): string | null {
  const [, folder, name] = OBJECT_PATH.exec(path) ?? [];
  return folder !== undefined && name !== undefined ? folder + name : null;
}
