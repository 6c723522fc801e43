/** What Graph answers to one request for one tenant. */
import { isJsonObject, type JsonObject } from '../../pipeline/canonical-json.ts';
import type { ConfigurationObject } from '../../pipeline/stage.ts';
import type { OpenTenant } from '../tenants/simulated-tenants.ts';
import { COLLECTIONS, type Collection } from './graph-collections.ts';
import { badRequest, GraphRefusal, notFound } from './graph-error.ts';
import { asObject, idOf, idsIn, withIds, withNames } from './graph-ids.ts';

export type GraphCall = { method: string; path: string; query: URLSearchParams; body: JsonObject };
export type GraphReply = { status: number; body: JsonObject | null };

/** One tenant as Graph sees it at the moment. */
export type GraphView = {
  tenant: OpenTenant;
  /** Addresses of next pages begin with it. */
  baseUrl: string;
  /** When a list does not ask for another. */
  pageSize: number;
  /** Ids that were made so lately that Graph does not show them everywhere. */
  hidden: ReadonlySet<string>;
};

export function answer(view: GraphView, call: GraphCall): GraphReply {
  if (call.method === 'GET' && call.path === '/organization')
    return { status: 200, body: { value: [{ id: view.tenant.state.directoryId }] } };
  for (const collection of COLLECTIONS) {
    if (call.path === collection.path) return onCollection(view, collection, call);
    if (!call.path.startsWith(`${collection.path}/`)) continue;
    const [id = '', ...rest] = call.path
      .slice(collection.path.length + 1)
      .split('/')
      .map(decodeURIComponent);
    return collection.isSingleton
      ? onMember(view, collection, { ...call, steps: [id, ...rest] })
      : onObject(view, collection, { ...call, id, action: rest.join('/') });
  }
  throw new GraphRefusal(400, 'BadRequest', `Resource not found for the segment '${call.path}'.`);
}

function onCollection(view: GraphView, collection: Collection, call: GraphCall): GraphReply {
  if (collection.isSingleton) {
    const object = objectsOf(view, collection)[0];
    if (!object) throw notFound(collection.path);
    if (call.method === 'GET') return { status: 200, body: show(view, collection, call, object) };
    if (call.method === 'PATCH') return change(view, collection, call, object);
  } else {
    if (call.method === 'GET') return { status: 200, body: page(view, collection, call) };
    if (call.method === 'POST' && !collection.hasChosenId) return create(view, collection, call);
  }
  throw new GraphRefusal(405, 'Request_BadRequest', `Specified HTTP method is not allowed: ${call.method}.`);
}

function onObject(
  view: GraphView,
  collection: Collection,
  call: GraphCall & { id: string; action: string },
): GraphReply {
  const { state } = view.tenant;
  const object = objectsOf(view, collection).find((candidate) => idOf(state, candidate) === call.id);
  if (!object && call.method === 'PATCH' && collection.hasChosenId)
    return create(view, collection, { ...call, body: { ...call.body, id: call.id } });
  if (!object || (view.hidden.has(call.id) && call.method === 'GET')) throw notFound(call.id);
  if (call.action !== '') return act(view, call, object);
  if (call.method === 'GET') return { status: 200, body: show(view, collection, call, object) };
  if (call.method === 'PATCH') return change(view, collection, call, object);
  if (call.method !== 'DELETE') throw badRequest(`Specified HTTP method is not allowed: ${call.method}.`);
  view.tenant.write('removed', object);
  return { status: 204, body: null };
}

const objectsOf = ({ tenant }: GraphView, { type }: Collection): ConfigurationObject[] =>
  tenant.state.objects.filter(({ configurationType }) => configurationType === type);

const propertiesOf = ({ properties }: ConfigurationObject) =>
  JSON.parse(JSON.stringify(properties)) as JsonObject;

function show(
  view: GraphView,
  collection: Collection,
  call: GraphCall,
  object: ConfigurationObject,
): JsonObject {
  const { state } = view.tenant;
  const plain = asObject(withIds(state, propertiesOf(object)));
  const shown = { ...plain, ...collection.made(plain, idOf(state, object)) };
  const wanted = call.query.get('$expand') ?? '';
  const left = collection.expanded.filter((property) => !wanted.includes(property));
  return Object.fromEntries(
    Object.entries(shown).filter(
      ([key]) => !left.some((property) => key === property || key.startsWith(`${property}@`)),
    ),
  );
}

function page(view: GraphView, collection: Collection, call: GraphCall): JsonObject {
  const visible = objectsOf(view, collection).filter(
    (object) => !view.hidden.has(idOf(view.tenant.state, object)),
  );
  const all = [
    ...(collection.builtIn ?? []),
    ...visible.map((object) => show(view, collection, call, object)),
  ].filter(filterOf(call.query));
  const size = Math.min(999, Number(call.query.get('$top') ?? view.pageSize));
  const from = Number(call.query.get('$skiptoken') ?? 0);
  const next = new URLSearchParams(call.query);
  next.set('$skiptoken', String(from + size));
  return {
    '@odata.context': `${view.baseUrl}/$metadata#${collection.path.slice(1)}`,
    value: all.slice(from, from + size),
    ...(all.length > from + size ? { '@odata.nextLink': `${view.baseUrl}${call.path}?${next}` } : {}),
  };
}

function filterOf(query: URLSearchParams): (object: JsonObject) => boolean {
  const filter = query.get('$filter');
  if (filter === null) return () => true;
  const wanted = /^displayName eq '((?:[^']|'')*)'$/.exec(filter)?.[1]?.replaceAll("''", "'");
  if (wanted === undefined) throw badRequest(`Unsupported filter: ${filter}`);
  return ({ displayName }) => displayName === wanted;
}

function create(view: GraphView, collection: Collection, { body }: GraphCall): GraphReply {
  const { state } = view.tenant;
  refuseOdd(view, collection, body);
  const missing = collection.required.find((property) => body[property] === undefined);
  if (missing !== undefined) throw badRequest(`A required property is missing: '${missing}'.`);
  const displayName = typeof body.displayName === 'string' ? body.displayName : '';
  const properties = asObject(withNames(state, body));
  const object = { configurationType: collection.type, displayName, properties };
  view.tenant.write('created', object);
  return { status: 201, body: show(view, collection, { ...NO_CALL, path: collection.path }, object) };
}

const NO_CALL: GraphCall = { method: 'GET', path: '', query: new URLSearchParams(), body: {} };

function change(
  view: GraphView,
  collection: Collection,
  { body }: GraphCall,
  object: ConfigurationObject,
): GraphReply {
  refuseOdd(view, collection, body);
  const { displayName } = body;
  if (!collection.isSingleton && displayName !== undefined && displayName !== object.displayName)
    throw badRequest('The sandbox does not rename objects: create another one.');
  update(view, object, merge(propertiesOf(object), asObject(withNames(view.tenant.state, body))));
  return { status: 204, body: null };
}

const update = ({ tenant }: GraphView, object: ConfigurationObject, properties: JsonObject) =>
  tenant.write('updated', { ...object, properties });

function refuseOdd(view: GraphView, collection: Collection, body: JsonObject): void {
  const made = Object.keys(collection.made({}, '')).filter((key) => !collection.expanded.includes(key));
  const odd = Object.keys(body).find((key) => made.includes(key) || collection.refused.includes(key));
  if (odd !== undefined) throw badRequest(`Property '${odd}' is read-only and cannot be set here.`);
  const early = idsIn(body).find((id) => view.hidden.has(id));
  if (early !== undefined) throw badRequest(`Resource '${early}' does not exist or is not present yet.`);
}

/** Objects are merged, everything else is replaced, and null removes. */
function merge(present: JsonObject, patch: JsonObject): JsonObject {
  const merged = { ...present };
  for (const [key, value] of Object.entries(patch)) {
    const old = merged[key];
    if (value === null) delete merged[key];
    else merged[key] = isJsonObject(value) ? merge(isJsonObject(old) ? old : {}, value) : value;
  }
  return merged;
}

/** Parameter → property, by action. */
const ACTIONS: Record<string, { parameter: string; property: string }> = {
  assign: { parameter: 'assignments', property: 'assignments' },
  scheduleActionsForRules: {
    parameter: 'deviceComplianceScheduledActionForRules',
    property: 'scheduledActionsForRule',
  },
  updateAllowedCombinations: { parameter: 'allowedCombinations', property: 'allowedCombinations' },
};

function act(view: GraphView, call: GraphCall & { action: string }, object: ConfigurationObject): GraphReply {
  const action = Object.hasOwn(ACTIONS, call.action) ? ACTIONS[call.action] : undefined;
  const value = action && call.body[action.parameter];
  if (call.method !== 'POST' || !action || value === undefined)
    throw badRequest(`There is no action ${call.method} ${call.action} with this body.`);
  const early = idsIn(value).find((id) => view.hidden.has(id));
  if (early !== undefined) throw notFound(early);
  update(view, object, { ...propertiesOf(object), [action.property]: withNames(view.tenant.state, value) });
  return { status: 200, body: {} };
}

/** `<singleton>/<property>/<id>`. */
function onMember(
  view: GraphView,
  collection: Collection,
  call: GraphCall & { steps: string[] },
): GraphReply {
  const [property = '', id = ''] = call.steps;
  const object = objectsOf(view, collection)[0];
  const properties = object && propertiesOf(object);
  const members = properties?.[property];
  if (!object || !Array.isArray(members) || call.method !== 'PATCH') throw notFound(call.path);
  if (typeof call.body['@odata.type'] !== 'string') throw badRequest("The body has no '@odata.type'.");
  const known = members.filter(isJsonObject);
  if (!known.some((member) => member.id === id)) throw notFound(id);
  const patch = asObject(withNames(view.tenant.state, call.body));
  const after = known.map((member) => (member.id === id ? merge(member, patch) : member));
  update(view, object, { ...properties, [property]: after });
  return { status: 204, body: null };
}
