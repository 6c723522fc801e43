import {
  type DocumentNode,
  type GraphQLInterfaceType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isInterfaceType,
} from 'graphql';
import { selectsField } from '../selects-field.ts';

/**
 * Whether it asks an interface for a field that may be null in some of the types that implement it and not in others.
 * What an error there makes null depends on the type of what is told, which the compiler does not look at.
 */
export const selectsCovariantField = (schema: GraphQLSchema, document: DocumentNode): boolean =>
  selectsField(schema, document, (type, field) => isInterfaceType(type) && isCovariant(schema, type, field));

function isCovariant(schema: GraphQLSchema, type: GraphQLInterfaceType, field: string): boolean {
  const types = schema.getPossibleTypes(type).map((one) => one.getFields()[field]?.type);
  return new Set(types.map((one) => one && nullability(one))).size > 1;
}

/** `[Tenant!]!` as `[!]!`. */
const nullability = (type: GraphQLOutputType) => String(type).replace(/\w+/g, '');
