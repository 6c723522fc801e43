import { type DocumentNode, Kind, visit } from 'graphql';

/** Who may ask for the schema: anybody, those with a key, or nobody. */
export type IntrospectionPolicy = 'open' | 'signed-in' | 'off';

export function asksForSchema(document: DocumentNode): boolean {
  let isFound = false;
  visit(document, {
    Field: ({ name }) => {
      if (name.value === '__schema' || name.value === '__type') isFound = true;
    },
  });
  return isFound;
}

/** Whether that is all it asks for. */
export function asksOnlyForSchema(document: DocumentNode): boolean {
  return document.definitions.every(
    (definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ||
      (definition.kind === Kind.OPERATION_DEFINITION &&
        definition.selectionSet.selections.every(
          (one) => one.kind === Kind.FIELD && one.name.value.startsWith('__'),
        )),
  );
}
