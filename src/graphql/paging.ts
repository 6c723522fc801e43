import type { ObjectRef } from '@pothos/core';
import {
  type Key,
  type KeyColumn,
  MOST_IN_PAGE,
  type Order,
  type Page,
  type PageRequest,
  type RowPart,
} from '../database/page.ts';
import { builder, type Types } from './builder.ts';
import { badInput } from './user-error.ts';

const USUAL_IN_PAGE = 20;

export type PageArgs = {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
};

/** Its cursor is made when it is asked for. */
export type Edge<Row> = { node: Row; order: Order<Row> };
export type Connection<Row> = {
  page: Page<Row>;
  order: Order<Row>;
  /** Counts only when it is asked for. */
  totalCount: () => Promise<number>;
};
export type PageInfoFields = {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
};

export const pageArgs = builder.args((t) => ({
  first: t.int({
    description: `How many to return from the start, 1 to ${MOST_IN_PAGE}; ${USUAL_IN_PAGE} when neither \`first\` nor \`last\` is given.`,
  }),
  after: t.string({ description: 'Return only what lies behind the edge with this cursor.' }),
  last: t.int({
    description: `How many to return from the end, 1 to ${MOST_IN_PAGE}. Not together with \`first\`.`,
  }),
  before: t.string({ description: 'Return only what lies before the edge with this cursor.' }),
}));

/** The part of a list that the arguments ask for. Throws BAD_USER_INPUT. */
export function parsePage<Row>(args: PageArgs, order: Order<Row>, part?: RowPart): PageRequest {
  const { first, last } = args;
  if (first != null && last != null) throw badInput('Give `first` or `last`, not both.');
  return {
    limit: parseCount(first == null ? 'last' : 'first', first ?? last),
    after: args.after == null ? null : decodeKey(args.after, order),
    before: args.before == null ? null : decodeKey(args.before, order),
    fromEnd: last != null,
    part,
  };
}

export function parseCount(name: string, count: number | null | undefined): number {
  if (count == null) return USUAL_IN_PAGE;
  if (count < 1 || count > MOST_IN_PAGE) {
    throw badInput(
      `\`${name}\` is ${count}; it must be from 1 to ${MOST_IN_PAGE}. Page through longer lists with the cursors in pageInfo.`,
    );
  }
  return count;
}

export function toConnection<Row>(
  page: Page<Row>,
  order: Order<Row>,
  totalCount: () => Promise<number>,
): Connection<Row> {
  return { page, order, totalCount };
}

function pageInfoOf<Row>({ page: { rows, hasNext, hasPrevious }, order }: Connection<Row>): PageInfoFields {
  const [first] = rows;
  const last = rows.at(-1);
  return {
    hasNextPage: hasNext,
    hasPreviousPage: hasPrevious,
    startCursor: first === undefined ? null : encodeKey(first, order),
    endCursor: last === undefined ? null : encodeKey(last, order),
  };
}

const signatureOf = <Row>(order: Order<Row>) => `${order.name}:${order.direction}`;

function encodeKey<Row>(row: Row, order: Order<Row>): string {
  return Buffer.from(
    JSON.stringify([signatureOf(order), ...order.columns.map(({ of }) => of(row))]),
  ).toString('base64url');
}

function decodeKey<Row>(cursor: string, order: Order<Row>): Key {
  const [signature, ...key] = parseArray(cursor);
  const fits =
    key.length === order.columns.length &&
    order.columns.every(({ type }, index) => isOfType(type, key[index]));
  if (signature !== signatureOf(order) || !fits) {
    throw badInput(
      `"${cursor.slice(0, 60)}" is not a cursor of this list in this order. Pass one unchanged from its edges or pageInfo, with the same ordering.`,
    );
  }
  return key.filter((value) => typeof value === 'string' || typeof value === 'number');
}

function parseArray(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** What Postgres would refuse must not reach it: cursors come from outside. */
function isOfType(type: KeyColumn<unknown>['type'], value: unknown): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string' && !value.includes('\0');
    case 'int':
      return Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31;
    case 'bigint':
      return Number.isSafeInteger(value);
    case 'timestamptz':
      return (
        typeof value === 'string' &&
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) &&
        !Number.isNaN(Date.parse(value))
      );
  }
}

export const PageInfo = builder.objectRef<PageInfoFields>('PageInfo').implement({
  description: 'Where a page stands in its list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', {
      description: 'More follows: ask again with `after: endCursor`.',
    }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      description: 'More comes before: ask again with `before: startCursor`.',
    }),
    startCursor: t.exposeString('startCursor', {
      nullable: true,
      description: 'Cursor of the first edge; null when the page is empty.',
    }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description: 'Cursor of the last edge; null when the page is empty.',
    }),
  }),
});

/** The types `<Name>Connection` and `<Name>Edge` for a list of `what` (plural). */
export function connectionOf<Row>(name: string, node: ObjectRef<Types, Row>, what: string) {
  const EdgeType = builder.objectRef<Edge<Row>>(`${name}Edge`).implement({
    description: `One of the ${what}, with its place in the list.`,
    fields: (t) => ({
      cursor: t.string({
        description:
          'Give it as `after` or `before` to continue from here. It stays valid when the list changes.',
        resolve: ({ node: row, order }) => encodeKey(row, order),
      }),
      // Pothos cannot work out the shape of a type parameter; `node` and `Row` are the same by the signature.
      node: t.field({ type: node, description: 'The object itself.', resolve: (edge) => edge.node as never }),
    }),
  });
  return builder.objectRef<Connection<Row>>(`${name}Connection`).implement({
    description: `A page of ${what}.`,
    fields: (t) => ({
      edges: t.field({
        type: [EdgeType],
        description: `The ${what} of this page, in order.`,
        resolve: ({ page, order }) => page.rows.map((row) => ({ node: row, order })),
      }),
      nodes: t.field({
        type: [node],
        description: 'The same without their cursors.',
        resolve: ({ page }) => page.rows as never,
      }),
      pageInfo: t.field({
        type: PageInfo,
        description: 'Whether there is more, and where to continue.',
        resolve: pageInfoOf,
      }),
      totalCount: t.int({
        description: `How many ${what} there are on all pages together.`,
        resolve: ({ totalCount }) => totalCount(),
      }),
    }),
  });
}
