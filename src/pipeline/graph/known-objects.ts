import type { JsonObject } from '../canonical-json.ts';
import { keyOfObject, type ObjectName } from '../references.ts';

/** An object as it was read last: properties in a file's form, references by name. */
export type KnownObject = ObjectName & { id: string; properties: JsonObject };

/** What a connection knows of its tenant: ids by name, and names by id. */
export class KnownObjects {
  readonly #byKey = new Map<string, KnownObject>();
  readonly #names = new Map<string, ObjectName>();

  /** Names come first: what refers to an object may be read before it. */
  name(id: string, name: ObjectName): void {
    this.#names.set(idKey(name.configurationType, id), name);
  }
  nameOf(id: string, configurationType: string): ObjectName | null {
    return this.#names.get(idKey(configurationType, id)) ?? null;
  }

  find(name: ObjectName): KnownObject | null {
    return this.#byKey.get(keyOfObject(name)) ?? null;
  }
  keep(object: KnownObject): void {
    this.name(object.id, object);
    this.#byKey.set(keyOfObject(object), object);
  }
  forget(name: ObjectName): void {
    const known = this.find(name);
    if (!known) return;
    this.#byKey.delete(keyOfObject(name));
    this.#names.delete(idKey(name.configurationType, known.id));
  }
}

const idKey = (configurationType: string, id: string) => `${configurationType}:${id.toLowerCase()}`;
