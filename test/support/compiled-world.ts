/** Whether compiled code answers as graphql-js does, in a small world in which there is some of everything. */
import { type DocumentNode, execute, type ExecutionResult, getOperationAST } from 'graphql';
import { NO_GRANTS, type Viewer } from '../../src/access/viewer.ts';
import { createCompiler } from '../../src/server/compiled/compile.ts';
import { nullablePlaceOf } from '../../src/server/compiled/nullable-place.ts';
import { schema } from '../../src/server/schema.ts';
import { type Api, startApi } from './api.ts';
import { contextFor } from './context.ts';
import { addChallenge, addChangeSet, addDecision, addRevert, addRun, addTenant } from './rows.ts';

export const compile = createCompiler(schema);

export type CompiledWorld = {
  api: Api;
  /** Of three tenants, in turn: its own, an old run's, a run's, a change set's. */ ids: string[];
};

export async function startCompiledWorld(): Promise<CompiledWorld> {
  const api = await startApi();
  const ids: string[] = [];
  const baseline = await addTenant(api.db, 'baseline');
  for (const name of ['first', 'second', 'third']) {
    const displayName = `${name} \\ "1"\n\u0001\u2028 é 😀`;
    const more = { displayName, domain: `${name}.example` };
    const tenant = await addTenant(api.db, name, { baselineId: baseline.id, ...more });
    const old = await addRun(api.db, tenant, { status: 'COMPLETED', outcome: 'FAILED' });
    const run = await addRun(api.db, tenant, { status: 'PENDING_AUTHENTICATION', revertStatus: 'CONFLICT' });
    const changeSet = await addChangeSet(api.db, run);
    await addDecision(api.db, run, name);
    await addRevert(api.db, run, changeSet.id);
    await addChallenge(api.db, api.seal, run);
    ids.push(tenant.id, old.id, run.id, changeSet.id);
  }
  return { api, ids };
}

export const viewerWith = (roles: readonly ('VIEWER' | 'OPERATOR' | 'ADMIN')[]): Viewer => ({
  actor: { kind: 'API_KEY', id: 'key/test', displayName: 'Test' },
  personId: 'key/test',
  isMachine: true,
  grants: { ...NO_GRANTS, fleet: new Set(roles) },
  expiresAt: null,
});
export const viewerOf = (tenant = ''): Viewer => ({
  ...viewerWith([]),
  grants: {
    ...NO_GRANTS,
    byTenant: new Map([[`ten_${tenant.slice(4)}` as const, new Set(['VIEWER' as const])]]),
  },
});
export const viewers = [viewerWith(['ADMIN']), viewerWith(['VIEWER'])];

type Question = {
  document: DocumentNode;
  variables: Record<string, unknown>;
  viewer: Viewer;
  /** What a subscription is told. */
  event?: unknown;
};

/**
 * The order of keys counts. Chance are the order of errors, which item of a list was the first to fail, and whether
 * graphql-js still waited for an error inside of an object that another error had made null.
 */
function told({ data, errors = [] }: ExecutionResult, document: DocumentNode) {
  const operation = getOperationAST(document);
  if (!operation) throw new Error('The document has no operation.');
  const seen = errors.filter(({ path = [] }) =>
    isReached(data, nullablePlaceOf({ schema, document, operation }, path)),
  );
  return {
    data: JSON.stringify(data),
    errors: seen
      .map((error) => ({
        ...error.toJSON(),
        path: error.path?.map((step) => (typeof step === 'number' ? '*' : step)),
      }))
      .map((error) => JSON.stringify(error))
      .sort(),
    causes: seen.map(({ originalError }) => originalError?.constructor.name).sort(),
  };
}

/** Whether everything on the way to the place is there. */
function isReached(data: unknown, place: readonly (string | number)[]): boolean {
  let value = data;
  return place.every((step) => {
    if (typeof value !== 'object' || value === null) return false;
    value = Reflect.get(value, step);
    return true;
  });
}

export async function bothWays(api: Api, { document, variables, viewer, event }: Question) {
  const args = { schema, document, variableValues: variables };
  const compiled = compile(document, null);
  const ours = await compiled?.(variables)?.(event, contextFor(api, viewer));
  const theirs = await execute({ ...args, rootValue: event, contextValue: contextFor(api, viewer) });
  return { ours: ours && told(ours, document), theirs: told(theirs, document) };
}
