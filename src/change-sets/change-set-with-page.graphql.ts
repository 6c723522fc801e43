/** A change set that is read together with the page of its changes that is asked for below it. */
import type { FieldNode, GraphQLResolveInfo } from 'graphql';
import type { Page, RowPart } from '../database/page.ts';
import type { Context } from '../graphql/context.ts';
import { askedBelow } from '../graphql/look-ahead.ts';
import { pageBelow } from '../graphql/page-below.ts';
import { type PageArgs, parsePage } from '../graphql/paging.ts';
import type { ChangeSetId } from '../lib/ids.ts';
import type { Change, ChangeSet } from './change-set.ts';
import { changeSetById } from './change-set-loaders.graphql.ts';
import { BY_PATH, type ChangeFilter, changeSetWithPage } from './list-changes.ts';

type ChangesArgs = PageArgs & { filter?: ChangeFilter | null | undefined };

/** What the arguments of `changes` ask for. Throws BAD_USER_INPUT. */
export const changesOf = (changeSetId: ChangeSetId, { filter, ...args }: ChangesArgs, part?: RowPart) => ({
  changeSetId,
  filter: filter ?? {},
  page: parsePage(args, BY_PATH, part),
});

/** On the object: a WeakMap with a key of each request has all of them outlive the young generation (75 µs each). */
const BROUGHT = Symbol('brought');
type Bringing = ChangeSet & { [BROUGHT]?: { for: FieldNode; page: Page<Change> } };

/** In a query that is compiled it brings the page of its changes along: one statement reads both. */
export async function readChangeSet(
  context: Context,
  id: ChangeSetId,
  info: GraphQLResolveInfo,
): Promise<ChangeSet | null> {
  const below = pageBelow(info, 'changes', (args: ChangesArgs, part) => changesOf(id, args, part));
  if (!below) return changeSetById(context, id);
  const fields = askedBelow(info, []);
  const found = await changeSetWithPage(context.db, context.viewer, { ...below.request, fields });
  if (!found) return null;
  const changeSet: Bringing = found.changeSet;
  changeSet[BROUGHT] = { for: below.node, page: found.page };
  return changeSet;
}

/** null: the change set was read without it. */
export function broughtPage(
  changeSet: Bringing,
  { fieldNodes: [node] }: GraphQLResolveInfo,
): Page<Change> | null {
  const brought = changeSet[BROUGHT];
  return brought && brought.for === node ? brought.page : null;
}
