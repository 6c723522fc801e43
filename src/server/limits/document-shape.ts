/**
 * What a document is like when its fragments are laid out, without the schema: bounds the work of GraphQL's own
 * validation, which compares every pair of fields with the same name.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { refused } from './refused.ts';

/** The deepest of this API's own operations is 8 deep; introspection as GraphiQL and codegen ask for it 14. */
const DEEPEST = 16;
const MOST_ALIASES = 50;
const MOST_DIRECTIVES = 50;
const MOST_FRAGMENTS = 50;
const MOST_FIELDS = 2_000;
const MOST_REPEATED = 150;

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;
type Counts = { fields: number; repeated: number };

/** Throws what is too much about the document, and which limit it breaks. */
export function checkShape(document: DocumentNode): void {
  countNodes(document);
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
  for (const definition of document.definitions) {
    const counts: Counts = { fields: 0, repeated: 0 };
    if ('selectionSet' in definition) layOut([definition.selectionSet], { fragments, counts, depth: 1 });
  }
}

function countNodes(document: DocumentNode): void {
  let aliases = 0;
  let directives = 0;
  let fragments = 0;
  visit(document, {
    Field: ({ alias }) => void (aliases += alias ? 1 : 0),
    Directive: () => void directives++,
    FragmentDefinition: () => void fragments++,
  });
  const found = [
    [aliases, MOST_ALIASES, 'aliases'],
    [directives, MOST_DIRECTIVES, 'directives'],
    [fragments, MOST_FRAGMENTS, 'fragments'],
  ] as const;
  for (const [count, most, what] of found) {
    if (count > most) throw tooComplex(`It has ${count} ${what}; at most ${most} are taken.`);
  }
}

const tooComplex = (what: string) =>
  refused('DOCUMENT_TOO_COMPLEX', `The document is too complex. ${what} Ask in several requests.`);

/** Merges selections of the same place as execution would, whatever type they are for. */
function layOut(
  sets: readonly SelectionSetNode[],
  { fragments, counts, depth }: { fragments: Fragments; counts: Counts; depth: number },
): void {
  if (depth > DEEPEST) throw tooComplex(`It is more than ${DEEPEST} fields deep.`);
  const byName = new Map<string, FieldNode[]>();
  for (const field of fieldsOf(sets, fragments)) {
    const name = field.alias?.value ?? field.name.value;
    const same = byName.get(name);
    if (same) same.push(field);
    else byName.set(name, [field]);
    counts.fields++;
    if (same) counts.repeated++;
    if (counts.fields > MOST_FIELDS)
      throw tooComplex(`It has more than ${MOST_FIELDS} fields when its fragments are laid out.`);
    if (counts.repeated > MOST_REPEATED)
      throw tooComplex(`It names fields that it has already more than ${MOST_REPEATED} times.`);
  }
  for (const same of byName.values()) {
    const inner = same.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []));
    if (inner.length > 0) layOut(inner, { fragments, counts, depth: depth + 1 });
  }
}

/** A fragment counts once in a place, as in execution: so circular ones come to an end, too. */
function* fieldsOf(sets: readonly SelectionSetNode[], fragments: Fragments): Generator<FieldNode> {
  const waiting: SelectionNode[] = sets.flatMap(({ selections }) => selections);
  const seen = new Set<string>();
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    if (one.kind === Kind.FIELD) {
      yield one;
    } else if (one.kind === Kind.INLINE_FRAGMENT) {
      waiting.push(...one.selectionSet.selections);
    } else if (!seen.has(one.name.value)) {
      seen.add(one.name.value);
      waiting.push(...(fragments.get(one.name.value)?.selectionSet.selections ?? []));
    }
  }
}
