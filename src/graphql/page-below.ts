import { type FieldNode, getNullableType, type GraphQLResolveInfo, isObjectType } from 'graphql';
import { getArgumentValues } from 'graphql/execution/values.js';
import type { RowPart } from '../database/page.ts';
import { selectedFields } from './look-ahead.ts';
import { shapeFor } from './row-shape.ts';

export type PageBelow<Request> = { node: FieldNode; request: Request };

/**
 * The page below a field that its reader can bring along, when its rows are only shown. `parse` makes the request of the
 * arguments that the page's own resolver will get; null: they are wrong, which that resolver will say.
 */
export function pageBelow<Args, Request>(
  info: GraphQLResolveInfo,
  name: string,
  parse: (args: Args, part: RowPart) => Request,
): PageBelow<Request> | null {
  const [above, ...more] = info.fieldNodes;
  const below = more.length > 0 ? [] : selectedFields(above?.selectionSet, info.fragments);
  const node = below.find((one) => one.name.value === name);
  const shape = node && shapeFor({ fieldNodes: [node] });
  const type = getNullableType(info.returnType);
  const field = isObjectType(type) && type.getFields()[name];
  if (!shape || !field) return null;
  try {
    const args = getArgumentValues(field, node, info.variableValues);
    // They are those that the schema gives the field.
    return { node, request: parse(args as Args, shape.part) };
  } catch {
    return null;
  }
}
