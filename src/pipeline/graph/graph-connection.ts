/** A tenant through Microsoft Graph: the table of configuration types says how. */
import { messageOf } from '../../lib/errors.ts';
import { backOffMs, pause } from '../../lib/pause.ts';
import { canonicalJson, isJsonObject, type JsonObject } from '../canonical-json.ts';
import { parseProperties, pathOf } from '../configuration-file.ts';
import { CONFIGURATION_TYPES, configurationTypeOf } from '../configuration-types.ts';
import { PIPELINE_ERROR_CODES } from '../contract.ts';
import { keyOfObject, type ObjectName, withNames } from '../references.ts';
import { type ConfigurationObject, StageError, type TenantConnection } from '../stage.ts';
import {
  createGraphHttp,
  type GraphAccess,
  GraphError,
  type GraphHttp,
  type GraphRequest,
} from './graph-http.ts';
import * as shape from './graph-object.ts';
import { KnownObjects } from './known-objects.ts';
import { createObject, removeObject, updateObject } from './write-object.ts';

export type GraphOptions = GraphAccess & {
  /** The tenant that the credential must be for. */
  directoryId: string;
  /** Types that a sync deletes only when it is told to; these it is told to. */
  mayDelete: ReadonlySet<string>;
};

/** Everything that reads and writes of one connection share. */
export type Graph = {
  http: GraphHttp;
  known: KnownObjects;
  options: GraphOptions;
  /** A write, repeated while Graph does not yet know an object that was just created. */
  write(request: GraphRequest): Promise<JsonObject | null>;
  /** Ids of what this connection created. */
  created: Set<string>;
};

/** How long Graph may take to show everywhere what it has created. */
const CONSISTENT_AFTER_MS = 30_000;

const ROWS = CONFIGURATION_TYPES.filter(shape.hasGraph);

export function createGraphConnection(options: GraphOptions): TenantConnection {
  const http = createGraphHttp(options);
  const created = new Set<string>();
  const write = (request: GraphRequest) => writePatiently(http, created, request);
  const graph: Graph = { http, known: new KnownObjects(), options, write, created };
  let reading: Promise<ConfigurationObject[]> | null = null;
  const readAll = () => (reading = readTenant(graph));
  const afterReading = async () => void (await (reading ?? readAll()));
  return {
    readAll,
    async read(configurationType, displayName) {
      await afterReading();
      return readObject(graph, { configurationType, displayName });
    },
    async create(object) {
      await afterReading();
      await createObject(graph, rowOf(object.configurationType), asJson(object));
    },
    async update(object) {
      await afterReading();
      await updateObject(graph, rowOf(object.configurationType), asJson(object));
    },
    async remove(configurationType, displayName) {
      await afterReading();
      await removeObject(graph, rowOf(configurationType), { configurationType, displayName });
    },
  };
}

async function readTenant(graph: Graph): Promise<ConfigurationObject[]> {
  const { http, options } = graph;
  const [organizations = []] = await http.readAll(['/organization?$select=id']);
  refuseOtherTenant(organizations, options.directoryId);
  const lists = await http.readAll(ROWS.map(shape.listAddress));
  const read = ROWS.flatMap((row, index) =>
    (lists[index] ?? []).filter((raw) => shape.isConfiguration(row, raw)).map((raw) => ({ row, raw })),
  );
  const names = read.map(({ row, raw }) => keyOfObject(nameIn(row, raw)));
  const unseen = new Set(names);
  const several = new Set(names.filter((name) => !unseen.delete(name)));
  const isShared = (index: number) => several.has(names[index] ?? '');
  // A name that several objects have names none of them: who refers to one of them goes on doing so by its id.
  for (const [index, { row, raw }] of read.entries())
    if (!isShared(index)) graph.known.name(shape.idOf(raw), nameIn(row, raw));
  return read.map(({ row, raw }, index) =>
    isShared(index) ? named(graph, row, raw) : keep(graph, row, raw),
  );
}

const nameIn = (row: shape.GraphRow, raw: JsonObject): ObjectName => ({
  configurationType: row.type,
  displayName: shape.displayNameOf(row, raw),
});

/** As a file holds it. */
const named = ({ known }: Graph, row: shape.GraphRow, raw: JsonObject) => ({
  ...nameIn(row, raw),
  properties: withNames(row, shape.strip(row, raw), (id, type) => known.nameOf(id, type)),
});

function keep(graph: Graph, row: shape.GraphRow, raw: JsonObject): ConfigurationObject {
  const object = named(graph, row, raw);
  graph.known.keep({ ...object, id: shape.idOf(raw) });
  return object;
}

/** null when the tenant has no such object now. */
async function readObject(graph: Graph, name: ObjectName): Promise<ConfigurationObject | null> {
  const row = configurationTypeOf(name.configurationType);
  if (!shape.hasGraph(row)) return null;
  const known = graph.known.find(name);
  try {
    const [items = []] = await graph.http.readAll([addressToFind(row, name, known?.id)]);
    const raw = items.find(
      (item) => shape.isConfiguration(row, item) && shape.displayNameOf(row, item) === name.displayName,
    );
    if (raw) return keep(graph, row, raw);
  } catch (error) {
    if (!(error instanceof GraphError) || error.status !== 404) throw error;
  }
  graph.known.forget(name);
  return null;
}

function addressToFind(row: shape.GraphRow, { displayName }: ObjectName, id: string | undefined): string {
  if (id !== undefined) return shape.objectAddress(row, id);
  return row.graph.isFoundByName ? shape.filteredAddress(row, displayName) : shape.listAddress(row);
}

async function writePatiently(
  http: GraphHttp,
  created: ReadonlySet<string>,
  request: GraphRequest,
): Promise<JsonObject | null> {
  refuseMask(request);
  const giveUpAt = Date.now() + CONSISTENT_AFTER_MS;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await http.send(request);
    } catch (error) {
      const isEarly = error instanceof GraphError && [400, 404].includes(error.status);
      const names = [...created].some((id) => messageOf(error).toLowerCase().includes(id.toLowerCase()));
      if (!isEarly || !names || Date.now() > giveUpAt) throw error;
      await pause(backOffMs(attempt, 200, 5_000));
    }
  }
}

/** Graph shows `****` for a secret that it keeps encrypted. Written back, it would be the secret. */
function refuseMask({ body }: GraphRequest): void {
  if (!body || !canonicalJson(body).includes('"****"')) return;
  throw new Error(
    'A value is "****", which Microsoft Graph shows instead of a secret. Put the real value into the file, or leave these settings as they are in the tenant, and sync again.',
  );
}

function refuseOtherTenant(organizations: readonly JsonObject[], directoryId: string): void {
  const id = shape.idOf(organizations[0] ?? {});
  if (id.toLowerCase() === directoryId.toLowerCase()) return;
  throw new StageError(
    PIPELINE_ERROR_CODES.tenantUnavailable,
    `The credential is for directory ${id}, and this repository belongs to directory ${directoryId}. ` +
      'Nothing was read or written; sign in with an account of this tenant.',
  );
}

function rowOf(configurationType: string): shape.GraphRow {
  const row = configurationTypeOf(configurationType);
  if (shape.hasGraph(row)) return row;
  throw new Error(
    `Configuration type ${configurationType} is not known, so it cannot be written: correct the file's folder, or remove the file, and sync again.`,
  );
}

/** Stages hand over what they have parsed, as unknown values. */
function asJson(object: ConfigurationObject): ObjectName & { properties: JsonObject } {
  const path = pathOf(object.configurationType, object.displayName);
  const properties = parseProperties(path, JSON.stringify(object.properties));
  return { ...object, properties: isJsonObject(properties) ? properties : {} };
}
