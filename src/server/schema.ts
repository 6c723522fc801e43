import '../administration/api-keys.graphql.ts';
import '../administration/audit-log.graphql.ts';
import '../administration/role-grants.graphql.ts';
import '../administration/tenant-policy.graphql.ts';
import '../change-sets/approval.graphql.ts';
import '../change-sets/change-set-events.graphql.ts';
import '../change-sets/decision-mutations.graphql.ts';
import '../change-sets/offered-actions.graphql.ts';
import { builder } from '../graphql/builder.ts';
import '../graphql/scalars.ts';
import '../graphql/viewer.ts';
import '../sync-runs/sync-run-events.graphql.ts';
import '../sync-runs/sync-run-mutations.graphql.ts';
import '../sync-runs/sync-run-queries.graphql.ts';
import '../tenants/event-log.graphql.ts';
import '../tenants/tenant-events.graphql.ts';
import '../tenants/tenant-queries.graphql.ts';

/** The whole public contract: every room adds to the builder what it knows. */
export const schema = builder.toSchema({ sortSchema: true });
