import { badRequest } from '../azure-error.ts';
import type { Build } from '../build.ts';
import { list, type Answer } from '../http/answer.ts';
import { commaList, enumWord, enumWords, numberOr } from '../http/enum-words.ts';
import { projectOf, type Call } from '../http/router.ts';
import { buildWire } from './build-wire.ts';

const STATUSES = {
  none: 0,
  inProgress: 1,
  completed: 2,
  cancelling: 4,
  postponed: 8,
  notStarted: 32,
  all: 47,
} as const;
const RESULTS = { none: 0, succeeded: 2, partiallySucceeded: 4, failed: 8, canceled: 32 } as const;
const REASONS = {
  none: 0,
  manual: 1,
  individualCI: 2,
  batchedCI: 4,
  schedule: 8,
  pullRequest: 256,
  all: 2031,
} as const;
const DELETED = { excludeDeleted: 0, includeDeleted: 1, onlyDeleted: 2 } as const;
const ORDERS = {
  finishTimeAscending: 2,
  finishTimeDescending: 3,
  queueTimeDescending: 4,
  queueTimeAscending: 5,
  startTimeDescending: 6,
  startTimeAscending: 7,
} as const;

const DEFAULT_TOP = 1000;
const LARGEST_TOP = 5000;

type Order = { name: string; field: 'finishTime' | 'queueTime' | 'startTime'; descending: boolean };

export function listBuilds(call: Call): Answer {
  const { request, world } = call;
  const order = orderOf(request.query('queryOrder'));
  const projectId = projectOf(call).id;
  const filters = [...wordFilters(call), ...numberFilters(call), timeFilter(call, order)];
  const found = [...world.builds.values()]
    .filter((build) => build.projectId === projectId && filters.every((accepts) => accepts(build)))
    .sort((one, other) => compare(one, other, order));
  const perDefinition = atMost(found, numberOr(request.query('maxBuildsPerDefinition'), 0));
  return page(call, perDefinition, order);
}

function orderOf(text: string | null): Order {
  // Without an order, finished builds come first: a running one can be missed with a small $top.
  const name = enumWord(text, ORDERS) ?? 'finishTimeDescending';
  const field = name.startsWith('finish')
    ? 'finishTime'
    : name.startsWith('start')
      ? 'startTime'
      : 'queueTime';
  return { name, field, descending: name.endsWith('Descending') };
}

/** Builds without that time come last, whatever the direction. */
function compare(one: Build, other: Build, { field, descending }: Order): number {
  const [first, second] = [one[field], other[field]];
  const sign = descending ? -1 : 1;
  if (first === second) return sign * (one.id - other.id);
  if (first === null || second === null) return first === null ? 1 : -1;
  return sign * (Date.parse(first) - Date.parse(second));
}

type Filter = (build: Build) => boolean;

function wordFilters({ request }: Call): Filter[] {
  const statuses = enumWords(request.query('statusFilter'), STATUSES);
  const results = enumWords(request.query('resultFilter'), RESULTS);
  const reasons = enumWords(request.query('reasonFilter'), REASONS);
  const deleted = enumWord(request.query('deletedFilter'), DELETED) ?? 'excludeDeleted';
  const branch = request.query('branchName');
  const buildNumber = request.query('buildNumber');
  const requestedFor = request.query('requestedFor')?.toLowerCase();
  return [
    (build) => !statuses || statuses.has(build.status),
    (build) => !results || (build.result !== null && results.has(build.result)),
    (build) => !reasons || reasons.has(build.reason),
    (build) => deleted === 'includeDeleted' || build.isDeleted === (deleted === 'onlyDeleted'),
    (build) => !branch || build.sourceBranch === branch,
    (build) => !buildNumber || matches(build.buildNumber, buildNumber),
    ({ requestedFor: who }) =>
      !requestedFor ||
      [who.id, who.displayName, who.uniqueName].some((name) => name.toLowerCase() === requestedFor),
  ];
}

const matches = (text: string, pattern: string): boolean =>
  pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern;

function numberFilters({ request, world }: Call): Filter[] {
  const definitions = new Set(commaList(request.query('definitions')).map(Number));
  const ids = new Set(commaList(request.query('buildIds')).map(Number));
  const tags = commaList(request.query('tagFilters'));
  const repository = request.query('repositoryId')?.toLowerCase();
  const repositoryOf = (id: number) =>
    world.state.definitions.find((definition) => definition.id === id)?.repositoryId;
  return [
    (build) => definitions.size === 0 || definitions.has(build.definitionId),
    (build) => ids.size === 0 || ids.has(build.id),
    (build) => tags.every((tag) => build.tags.includes(tag)),
    (build) => !repository || repositoryOf(build.definitionId) === repository,
  ];
}

/** `minTime` and `maxTime` are about the time by which the list is ordered. */
function timeFilter({ request }: Call, { field }: Order): Filter {
  const from = timeOf(request.query('minTime'), 'minTime');
  const to = timeOf(request.query('maxTime'), 'maxTime');
  if (from === null && to === null) return () => true;
  return (build) => {
    const at = build[field];
    if (at === null) return false;
    const time = Date.parse(at);
    return time >= (from ?? -Infinity) && time <= (to ?? Infinity);
  };
}

function timeOf(text: string | null, name: string): number | null {
  if (text === null || text === '') return null;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw badRequest(`The value '${text}' is not a date.\r\nParameter name: ${name}`);
  return time;
}

function atMost(builds: Build[], max: number): Build[] {
  if (max === 0) return builds;
  const counts = new Map<number, number>();
  return builds.filter(({ definitionId }) => {
    const count = (counts.get(definitionId) ?? 0) + 1;
    counts.set(definitionId, count);
    return count <= max;
  });
}

type Token = { order: string; id: number };

/** A token of another order is not understood, and the first page comes again, as in Azure DevOps. */
function page(call: Call, builds: Build[], order: Order): Answer {
  const { request, world } = call;
  const top = Math.min(numberOr(request.query('$top'), DEFAULT_TOP), LARGEST_TOP);
  const token = readToken(request.query('continuationToken'));
  const after = token?.order === order.name ? world.builds.get(token.id) : undefined;
  const rest = after ? builds.filter((build) => compare(after, build, order) < 0) : builds;
  const shown = rest.slice(0, top);
  const last = rest.length > shown.length ? shown.at(-1) : undefined;
  const headers = last
    ? { 'x-ms-continuationtoken': writeToken({ order: order.name, id: last.id }) }
    : undefined;
  return list(
    shown.map((build) => buildWire(world, build)),
    headers,
  );
}

const writeToken = ({ order, id }: Token): string => Buffer.from(`${order}:${id}`).toString('base64url');

function readToken(text: string | null): Token | null {
  const [order = '', id = ''] = Buffer.from(text ?? '', 'base64url')
    .toString('utf8')
    .split(':');
  return order === '' || id === '' ? null : { order, id: Number(id) };
}
