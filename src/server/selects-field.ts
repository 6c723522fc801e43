import {
  type DocumentNode,
  getNamedType,
  type GraphQLNamedType,
  type GraphQLSchema,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** Whether a document asks anywhere for a field of which that is so: of that name, of that type. */
export function selectsField(
  schema: GraphQLSchema,
  document: DocumentNode,
  isSo: (type: GraphQLNamedType, field: string) => boolean,
): boolean {
  const info = new TypeInfo(schema);
  let found = false;
  visit(
    document,
    visitWithTypeInfo(info, {
      Field: ({ name }) => {
        const parent = info.getParentType();
        if (parent && isSo(getNamedType(parent), name.value)) found = true;
      },
    }),
  );
  return found;
}
