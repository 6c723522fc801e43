import {
  type DocumentNode,
  type GraphQLInterfaceType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isInterfaceType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/**
 * Whether it asks an interface for a field that may be null in some of the types that implement it and not in others.
 * What an error there makes null depends on the type of what is told, which the compiler does not look at.
 */
export function selectsCovariantField(schema: GraphQLSchema, document: DocumentNode): boolean {
  const info = new TypeInfo(schema);
  let found = false;
  visit(
    document,
    visitWithTypeInfo(info, {
      Field: ({ name }) => {
        const parent = info.getParentType();
        found ||= isInterfaceType(parent) && isCovariant(schema, parent, name.value);
      },
    }),
  );
  return found;
}

function isCovariant(schema: GraphQLSchema, type: GraphQLInterfaceType, field: string): boolean {
  const types = schema.getPossibleTypes(type).map((one) => one.getFields()[field]?.type);
  return new Set(types.map((one) => one && nullability(one))).size > 1;
}

/** `[Tenant!]!` as `[!]!`. */
const nullability = (type: GraphQLOutputType) => String(type).replace(/\w+/g, '');
