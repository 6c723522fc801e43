/** Creates, changes and deletes one object, in as many requests as Graph wants for it. */
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../canonical-json.ts';
import { type ObjectName, withIds } from '../references.ts';
import type { Graph } from './graph-connection.ts';
import { AnswerLost, GraphError } from './graph-http.ts';
import {
  filteredAddress,
  idOf,
  type GraphRow,
  listAddress,
  normalized,
  objectPath,
  patchBetween,
} from './graph-object.ts';
import type { WrittenApart } from './graph-type.ts';

type Desired = ObjectName & { properties: JsonObject };
type Target = { row: GraphRow; path: string };

export async function createObject(graph: Graph, row: GraphRow, desired: Desired): Promise<void> {
  const properties = normalized(row, { displayName: desired.displayName, ...desired.properties });
  const body = withIdsOf(
    graph,
    row,
    without(properties, row, ({ kind, alsoOnCreate }) => kind === 'action' && alsoOnCreate),
  );
  const id = row.graph.hasChosenId
    ? await createChosen(graph, row, body)
    : await createNew(graph, row, { ...desired, properties: body });
  graph.created.add(id);
  graph.known.keep({ ...desired, id, properties: body });
  const target = { row, path: objectPath(row, id) };
  for (const apart of row.graph.apart ?? []) {
    const value = properties[apart.property];
    if (apart.kind !== 'action' || !apart.alsoOnCreate || !isFilled(value)) continue;
    await writeApart(graph, target, { apart, before: undefined, after: value });
  }
  graph.known.keep({ ...desired, id, properties });
}

const isFilled = (value: Json | undefined): value is Json =>
  value !== undefined && !(Array.isArray(value) && value.length === 0);

async function createChosen(graph: Graph, row: GraphRow, body: JsonObject): Promise<string> {
  const { id } = body;
  if (typeof id !== 'string' || id === '')
    throw new Error(
      `An object of ${row.type} needs an "id" of its own (c1 to c99): add it to the file and sync again.`,
    );
  await graph.write({ method: 'PATCH', path: objectPath(row, id), body, isRepeatable: true });
  return id;
}

async function createNew(graph: Graph, row: GraphRow, desired: Desired): Promise<string> {
  try {
    const request = {
      method: 'POST',
      path: row.graph.path,
      body: desired.properties,
      isRepeatable: false,
    } as const;
    const created = await graph.write(request);
    if (typeof created?.id === 'string') return created.id;
    throw new Error(`Microsoft Graph created "${desired.displayName}" and gave it no id. Sync again.`);
  } catch (error) {
    const id = error instanceof AnswerLost ? await findId(graph, row, desired) : null;
    if (id === null) throw error;
    return id;
  }
}

/** The object that a creation left whose answer was lost. */
async function findId({ http }: Graph, row: GraphRow, { displayName }: ObjectName): Promise<string | null> {
  const address = row.graph.isFoundByName ? filteredAddress(row, displayName) : listAddress(row);
  const [items = []] = await http.readAll([address]);
  const id = items.find((item) => item.displayName === displayName)?.id;
  return typeof id === 'string' ? id : null;
}

export async function updateObject(graph: Graph, row: GraphRow, desired: Desired): Promise<void> {
  const known = graph.known.find(desired);
  if (!known) throw missing(row, desired);
  const before = normalized(row, known.properties);
  const after = normalized(row, desired.properties);
  const target = { row, path: objectPath(row, known.id) };
  const patch = patchBetween(without(before, row), without(after, row));
  if (patch) await write(graph, target, patch);
  for (const apart of row.graph.apart ?? []) {
    const sides = { before: before[apart.property], after: after[apart.property] };
    if (canonicalJson(sides.before ?? null) === canonicalJson(sides.after ?? null)) continue;
    await writeApart(graph, target, { apart, ...sides });
  }
  graph.known.keep({ ...known, properties: after });
}

export async function removeObject(graph: Graph, row: GraphRow, name: ObjectName): Promise<void> {
  if (row.graph.isKept && !graph.options.mayDelete.has(row.type)) {
    throw new Error(
      `Objects of ${row.type} are not deleted by a sync, since what depends on them would be lost for good: ` +
        `delete "${name.displayName}" in the admin center, or put its file back, and sync again.`,
    );
  }
  const known = graph.known.find(name);
  if (!known) throw missing(row, name);
  try {
    await graph.write({ method: 'DELETE', path: objectPath(row, known.id), isRepeatable: true });
  } catch (error) {
    if (!(error instanceof GraphError) || error.status !== 404) throw error;
  }
  graph.known.forget(name);
}

type Apart = { apart: WrittenApart; before: Json | undefined; after: Json | undefined };

async function writeApart(graph: Graph, target: Target, { apart, before, after }: Apart): Promise<void> {
  if (apart.kind === 'members') return writeMembers(graph, target, { apart, before, after });
  const resolved = withIdsOf(graph, target.row, { [apart.property]: after ?? [] });
  const body = { [apart.parameter]: resolved[apart.property] ?? [] };
  await graph.write({ method: 'POST', path: `${target.path}/${apart.action}`, body, isRepeatable: true });
}

async function writeMembers(graph: Graph, target: Target, { apart, before, after }: Apart): Promise<void> {
  const present = membersOf(before);
  const desired = membersOf(after);
  const gone = [...present.keys()].filter((id) => !desired.has(id));
  const unknown = [...desired.keys()].filter((id) => !present.has(id));
  if (gone.length + unknown.length > 0) {
    throw new Error(
      `${apart.property} has the same members in every tenant: ${[...gone, ...unknown].join(', ')} can be neither added nor removed. Put the list right and sync again.`,
    );
  }
  for (const [id, member] of desired) {
    const patch = patchBetween(present.get(id) ?? {}, member);
    if (!patch) continue;
    // The paths of references begin at the whole object.
    const resolved = withIdsOf(graph, target.row, { [apart.property]: [patch] })[apart.property];
    const [body] = Array.isArray(resolved) ? resolved.filter(isJsonObject) : [];
    const path = `${target.path}/${apart.property}/${encodeURIComponent(id)}`;
    if (body) await graph.write({ method: 'PATCH', path, body, isRepeatable: true });
  }
}

function membersOf(value: Json | undefined): Map<string, JsonObject> {
  const members = Array.isArray(value) ? value.filter(isJsonObject) : [];
  return new Map(members.map((member) => [idOf(member), member]));
}

const write = (graph: Graph, { row, path }: Target, body: JsonObject) =>
  graph.write({ method: 'PATCH', path, body: withIdsOf(graph, row, body), isRepeatable: true });

const withIdsOf = ({ known }: Graph, row: GraphRow, properties: JsonObject) =>
  withIds(row, properties, (name) => {
    const id = known.find(name)?.id;
    if (id !== undefined) return id;
    throw new Error(
      `It refers to ${name.configurationType} "${name.displayName}", which the tenant does not have. ` +
        'Add its file to the repository, or remove the reference, and sync again.',
    );
  });

/** Without the properties that go to Graph by themselves. */
function without(
  properties: JsonObject,
  { graph }: GraphRow,
  goes: (apart: WrittenApart & { alsoOnCreate?: boolean }) => boolean = () => true,
): JsonObject {
  const apart = (graph.apart ?? []).filter(goes).map(({ property }) => property);
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !apart.includes(key)));
}

const missing = ({ type }: GraphRow, { displayName }: ObjectName) =>
  new Error(`The tenant has no ${type} "${displayName}" any more. Sync again to review what is to be done.`);
