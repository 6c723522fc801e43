import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

export type Fragments = GraphQLResolveInfo['fragments'];

const known = new WeakMap<FieldNode, Map<string, ReadonlySet<string>>>();

/**
 * The names of the fields that are asked for below a field, at the end of any of the paths (`['edges', 'node']`).
 * Fields under a condition count as asked for. A document that comes again keeps its nodes, so this is found once.
 */
export function askedBelow(
  { fieldNodes, fragments }: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>,
  ...paths: readonly (readonly string[])[]
): ReadonlySet<string> {
  const [first] = fieldNodes;
  if (!first) return new Set();
  const ofNode = known.get(first) ?? new Map<string, ReadonlySet<string>>();
  known.set(first, ofNode);
  const key = paths.map((path) => path.join('.')).join(' ');
  const asked = ofNode.get(key) ?? new Set(paths.flatMap((path) => namesAt(fieldNodes, path, fragments)));
  ofNode.set(key, asked);
  return asked;
}

function namesAt(nodes: readonly FieldNode[], path: readonly string[], fragments: Fragments): string[] {
  let fields = nodes.flatMap((node) => selectedFields(node.selectionSet, fragments));
  for (const step of path)
    fields = fields
      .filter(({ name }) => name.value === step)
      .flatMap((node) => selectedFields(node.selectionSet, fragments));
  return fields.map(({ name }) => name.value);
}

const written = new WeakMap<FieldNode, FieldNode>();

/** `node` stands for `original` in a document that is executed instead of the one that was sent. */
export function standsFor(node: FieldNode, original: FieldNode): FieldNode {
  written.set(node, original);
  return node;
}

/** The field as it was sent. */
const asSent = (node: FieldNode): FieldNode => written.get(node) ?? node;

/** The fields of a selection and of those of its fragments that apply, as they were sent. */
export function selectedFields(
  set: SelectionSetNode | undefined,
  fragments: Fragments,
  applies: (condition: string) => boolean = () => true,
): FieldNode[] {
  return (set?.selections ?? []).flatMap((one) => {
    if (one.kind === Kind.FIELD) return [asSent(one)];
    const inner = one.kind === Kind.INLINE_FRAGMENT ? one : fragments[one.name.value];
    const condition = inner?.typeCondition?.name.value;
    if (condition !== undefined && !applies(condition)) return [];
    return selectedFields(inner?.selectionSet, fragments, applies);
  });
}
