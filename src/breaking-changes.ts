/** What clients of the last release would lose. Only what it called deprecated may go. */
import {
  BreakingChangeType,
  type DocumentNode,
  buildASTSchema,
  buildSchema,
  findBreakingChanges,
  getNamedType,
  type GraphQLSchema,
  isAbstractType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  parse,
  visit,
} from 'graphql';

/** One sentence for each; none when every operation that was valid, and used nothing deprecated, still is. */
export function breakingChanges(releasedSdl: string, presentSdl: string): string[] {
  const released = buildASTSchema(withoutDeprecated(parse(releasedSdl)), { assumeValidSDL: true });
  const promised = reachable(released);
  return findBreakingChanges(released, buildSchema(presentSdl))
    .filter(
      ({ type, description }) =>
        type !== BreakingChangeType.TYPE_REMOVED || promised.has(description.split(' ')[0] ?? ''),
    )
    .map(({ description }) => description);
}

function withoutDeprecated(document: DocumentNode): DocumentNode {
  const drop = (node: { directives?: readonly { name: { value: string } }[] | undefined }) =>
    node.directives?.some(({ name }) => name.value === 'deprecated') ? null : undefined;
  return visit(document, { FieldDefinition: drop, EnumValueDefinition: drop, InputValueDefinition: drop });
}

/** The names of the types that an operation can still come to. */
function reachable(schema: GraphQLSchema): Set<string> {
  const names = new Set<string>();
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const due = roots.flatMap((type) => (type ? [type.name] : []));
  for (let name = due.pop(); name !== undefined; name = due.pop()) {
    if (names.has(name)) continue;
    names.add(name);
    due.push(...neighbours(schema, name));
  }
  return names;
}

function neighbours(schema: GraphQLSchema, name: string): string[] {
  const type = schema.getType(name);
  const members = isAbstractType(type) ? schema.getPossibleTypes(type).map((one) => one.name) : [];
  if (isInputObjectType(type))
    return Object.values(type.getFields()).map((field) => getNamedType(field.type).name);
  if (!isObjectType(type) && !isInterfaceType(type)) return members;
  const ofFields = Object.values(type.getFields()).flatMap((field) => [
    getNamedType(field.type).name,
    ...field.args.map((argument) => getNamedType(argument.type).name),
  ]);
  return [...members, ...ofFields, ...type.getInterfaces().map((one) => one.name)];
}
