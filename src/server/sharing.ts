/** What may be executed once for several subscribers: the same operation for the same rights. */
import {
  type DocumentNode,
  getOperationAST,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type GraphQLNamedType,
  visit,
} from 'graphql';
import type { Viewer } from '../access/viewer.ts';
import { DEPENDS_ON_VIEWER } from '../graphql/depends-on-viewer.ts';
import { selectsField } from './selects-field.ts';

export type SharedOperation = {
  schema: GraphQLSchema;
  document: DocumentNode;
  query: string;
  operationName: string | null | undefined;
  variables: Readonly<Record<string, unknown>> | null | undefined;
  viewer: Viewer;
  epoch: string;
};

/** Subscribers with the same key are told the same, from wherever they begin. */
export function sharingKey(operation: SharedOperation): string {
  const { schema, document, query, operationName, variables, viewer, epoch } = operation;
  const { isPersonal, startVariable } = traitsOf(schema, document, operationName);
  const others = Object.entries(variables ?? {}).filter(([name]) => name !== startVariable);
  const person = isPersonal ? [viewer.personId, viewer.actor, viewer.isMachine, viewer.groups] : null;
  return JSON.stringify([epoch, query, operationName, others, rightsOf(viewer), person]);
}

/** For whom a shared operation is executed: somebody with rights, and nobody in particular. */
export function withoutPerson(operation: SharedOperation): Viewer {
  const { schema, document, operationName, viewer } = operation;
  return traitsOf(schema, document, operationName).isPersonal ? viewer : unnamed(viewer);
}

/** A field that asks who the viewer is must say so, or its value would be told to others. */
const unnamed = ({ grants }: Viewer): Viewer => ({
  grants,
  expiresAt: null,
  get actor() {
    return askedWho();
  },
  get personId() {
    return askedWho();
  },
  get isMachine() {
    return askedWho();
  },
});

function askedWho(): never {
  throw new Error(
    'A field depends on who the viewer is and does not say so: give it the extension `dependsOnViewer`.',
  );
}

function rightsOf({ grants }: Viewer): unknown {
  const byTenant = [...grants.byTenant].map(([tenantId, roles]) => [tenantId, [...roles].sort()] as const);
  return [[...grants.fleet].sort(), byTenant.sort(([a], [b]) => (a < b ? -1 : 1))];
}

/** `startVariable`: the variable that says only where to begin. */
type Traits = { isPersonal: boolean; startVariable: string | undefined };
const known = new WeakMap<DocumentNode, Map<string, Traits>>();

function traitsOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): Traits {
  const ofDocument = known.get(document) ?? new Map<string, Traits>();
  known.set(document, ofDocument);
  const name = operationName ?? '';
  const traits = ofDocument.get(name) ?? {
    isPersonal: selectsField(schema, document, (type, field) => isPersonal(schema, type, field)),
    startVariable: startVariableOf(document, operationName),
  };
  ofDocument.set(name, traits);
  return traits;
}

function isPersonal(schema: GraphQLSchema, type: GraphQLNamedType, field: string): boolean {
  const possible = isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [type];
  return possible.some(
    (one) =>
      (isObjectType(one) || isInterfaceType(one)) &&
      one.getFields()[field]?.extensions[DEPENDS_ON_VIEWER] === true,
  );
}

/** The variable given as `after` to the subscription's field, when it is used for nothing else. */
function startVariableOf(
  document: DocumentNode,
  operationName: string | null | undefined,
): string | undefined {
  const [root] = getOperationAST(document, operationName)?.selectionSet.selections ?? [];
  if (root?.kind !== Kind.FIELD) return undefined;
  const value = root.arguments?.find(({ name }) => name.value === 'after')?.value;
  if (value?.kind !== Kind.VARIABLE) return undefined;
  let uses = 0;
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => {
      if (name.value === value.name.value) uses += 1;
    },
  });
  return uses === 1 ? value.name.value : undefined;
}
