import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

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

function namesAt(
  nodes: readonly FieldNode[],
  path: readonly string[],
  fragments: GraphQLResolveInfo['fragments'],
): string[] {
  let fields = nodes.flatMap((node) => fieldsOf(node.selectionSet, fragments));
  for (const step of path)
    fields = fields
      .filter(({ name }) => name.value === step)
      .flatMap((node) => fieldsOf(node.selectionSet, fragments));
  return fields.map(({ name }) => name.value);
}

function fieldsOf(
  set: SelectionSetNode | undefined,
  fragments: GraphQLResolveInfo['fragments'],
): FieldNode[] {
  return (set?.selections ?? []).flatMap((one) => {
    if (one.kind === Kind.FIELD) return [one];
    const inner = one.kind === Kind.INLINE_FRAGMENT ? one : fragments[one.name.value];
    return fieldsOf(inner?.selectionSet, fragments);
  });
}
