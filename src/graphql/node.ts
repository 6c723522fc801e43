import { type Id, type IdPrefix, isId } from '../lib/ids.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { badInput } from './user-error.ts';

export type NodeShape = { id: string };

type NodeKind = { typename: string; load: (context: Context, id: string) => Promise<NodeShape | null> };
const kinds = new Map<string, NodeKind>();

/** Lets `node` and `nodes` find things of a kind by the prefix of their ids. */
export function registerNode<Prefix extends IdPrefix>(
  prefix: Prefix,
  typename: string,
  load: (context: Context, id: Id<Prefix>) => Promise<NodeShape | null>,
): void {
  kinds.set(prefix, {
    typename,
    load: (context, id) => (isId(id, prefix) ? load(context, id) : Promise.resolve(null)),
  });
}

const kindOf = (id: string) => kinds.get(id.split('_', 1)[0] ?? '');

export const Node = builder.interfaceRef<NodeShape>('Node').implement({
  description: 'Anything that has an id of its own, which never changes and is given to nothing else.',
  resolveType: (value) => kindOf(value.id)?.typename,
  fields: (t) => ({
    id: t.exposeID('id', {
      description: 'Names the object everywhere in this API; its prefix tells the type.',
    }),
  }),
});

const MOST_NODES = 100;

function loadNode(context: Context, id: string): Promise<NodeShape | null> {
  const kind = kindOf(id);
  const prefix = id.split('_', 1)[0];
  if (!kind || !/^[a-z]+_[0-9a-f]{32}$/.test(id) || prefix === undefined) {
    throw badInput(
      `"${id.slice(0, 60)}" is not an id of this API. Pass one unchanged, as a field \`id\` gave it.`,
    );
  }
  return kind.load(context, id);
}

builder.queryFields((t) => ({
  node: t.field({
    type: Node,
    nullable: true,
    description:
      'The object of that id, of whatever type; null when nothing of that id exists for the viewer.',
    args: { id: t.arg.id({ required: true, description: 'Any id that this API gave.' }) },
    resolve: (_root, { id }, context) => loadNode(context, id),
  }),
  nodes: t.field({
    type: [Node],
    nullable: { list: false, items: true },
    description: `The objects of up to ${MOST_NODES} ids, in their order; null in the place of each that does not exist for the viewer.`,
    args: {
      ids: t.arg.idList({
        required: true,
        description: `Any ids that this API gave, at most ${MOST_NODES}.`,
      }),
    },
    resolve: (_root, { ids }, context) => {
      if (ids.length > MOST_NODES)
        throw badInput(
          `nodes takes at most ${MOST_NODES} ids, and these are ${ids.length}. Ask in several requests.`,
        );
      return Promise.all(ids.map((id) => loadNode(context, id)));
    },
  }),
}));
