import '../administration/api-keys.graphql.ts';
import '../administration/audit-log.graphql.ts';
import '../administration/role-grants.graphql.ts';
import '../administration/tenant-policy.graphql.ts';
import '../change-sets/approval.graphql.ts';
import '../change-sets/change-set-events.graphql.ts';
import '../change-sets/decision-mutations.graphql.ts';
import '../change-sets/offered-actions.graphql.ts';
import { defaultFieldResolver, type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { builder } from '../graphql/builder.ts';
import '../graphql/scalars.ts';
import '../graphql/viewer.ts';
import { asError } from '../lib/errors.ts';
import '../sync-runs/sync-run-events.graphql.ts';
import '../sync-runs/sync-run-mutations.graphql.ts';
import '../sync-runs/sync-run-queries.graphql.ts';
import '../tenants/event-log.graphql.ts';
import '../tenants/tenant-events.graphql.ts';
import '../tenants/tenant-queries.graphql.ts';
import '../web-hooks/web-hook-events.graphql.ts';
import '../web-hooks/web-hook-mutations.graphql.ts';

/** The whole public contract: every room adds to the builder what it knows. */
export const schema = forExecution(builder.toSchema({ sortSchema: true }));

/**
 * What GraphQL does by default it need not be told: without a resolver, compiled code reads a property in place and
 * calls nothing. And no resolver throws where others reject: graphql-js would leave out the fields behind it.
 */
function forExecution(complete: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(complete.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.resolve === defaultFieldResolver) delete field.resolve;
      else if (field.resolve && field.args.length > 0) field.resolve = rejecting(field.resolve);
    }
  }
  return complete;
}

type Resolver = GraphQLFieldResolver<unknown, unknown>;

function rejecting(resolve: Resolver): Resolver {
  return (...given) => {
    try {
      return resolve(...given);
    } catch (error) {
      return Promise.reject(asError(error));
    }
  };
}
