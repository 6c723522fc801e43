/** Questions made from the schema: everything that a type has, and everything that it leads to. */
import {
  getNamedType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isUnionType,
} from 'graphql';
import { schema } from '../../src/server/schema.ts';
import { ORGANIZATION, PROJECT } from './api.ts';

type Field = GraphQLField<unknown, unknown>;
export const mustBeGiven = (field: Field) => field.args.some(({ type }) => isNonNullType(type));

/** Selects every field of a type; an edge that was crossed before is not followed again. */
function selectionOf(type: GraphQLNamedType, crossed: Set<string>): string {
  if (!isCompositeType(type)) return '';
  if (isUnionType(type) || isInterfaceType(type)) {
    const parts = schema
      .getPossibleTypes(type)
      .map((member) => `... on ${member.name} ${selectionOf(member, crossed)}`);
    return `{ __typename ${parts.join(' ')} }`;
  }
  const fields = Object.values(type.getFields()).filter((field) => !mustBeGiven(field));
  const selected = fields.map((field) => {
    const edge = `${type.name}.${field.name}`;
    const inner = getNamedType(field.type);
    if (isCompositeType(inner) && crossed.has(edge)) return '';
    crossed.add(edge);
    // Types of one union may have fields of one name and different types.
    return `${type.name}_${field.name}: ${field.name} ${selectionOf(inner, crossed)}`;
  });
  return `{ __typename ${selected.join(' ')} }`;
}

/** The arguments that a root field takes ids or names by, once with each text. */
function questionsOf(field: Field, texts: readonly string[]): Record<string, unknown>[] {
  const required = field.args.filter(({ type }) => isNonNullType(type));
  const of = (text: string) =>
    Object.fromEntries(
      required.map(({ name, type }) => {
        const bare = isNonNullType(type) ? type.ofType : type;
        if (name === 'organization') return [name, ORGANIZATION];
        if (name === 'project') return [name, PROJECT];
        return [name, isListType(bare) ? [text] : text];
      }),
    );
  return required.length === 0 ? [{}] : texts.map(of);
}

/** Each root field with each text, and with all that it leads to. `edges` are those that it crosses. */
export function* questions(root: GraphQLObjectType | null | undefined, texts: readonly string[]) {
  const kind = (root?.name ?? '').toLowerCase();
  for (const field of Object.values(root?.getFields() ?? {})) {
    for (const variableValues of questionsOf(field, texts)) {
      const given = field.args.filter(({ name }) => name in variableValues);
      const declared = given.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
      const passed = given.map(({ name }) => `${name}: $${name}`).join(', ');
      const edges = new Set<string>();
      const selection = selectionOf(getNamedType(field.type), edges);
      const source = `${kind} ${declared && `(${declared})`} { ${field.name} ${passed && `(${passed})`} ${selection} }`;
      yield { field: field.name, source, variableValues, edges };
    }
  }
}
