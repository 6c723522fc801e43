import type { AzureRoute } from '../http/router.ts';
import { approvalRoutes } from './approvals.ts';
import { buildDetailRoutes } from './build-details.ts';
import { buildRoutes } from './builds.ts';
import { checkRoutes } from './checks.ts';
import { commitRoutes } from './commits.ts';
import { definitionRoutes } from './definitions.ts';
import { discoveryRoutes } from './discovery.ts';
import { environmentRoutes } from './environments.ts';
import { hookRoutes } from './hooks.ts';
import { itemRoutes } from './items.ts';
import { oidcMetadataRoutes, oidcTokenRoutes } from './oidc.ts';
import { pipelineRunRoutes } from './pipeline-runs.ts';
import { projectRoutes } from './projects.ts';
import { pullRequestRoutes } from './pull-requests.ts';
import { pushRoutes } from './pushes.ts';
import { repositoryRoutes } from './repositories.ts';

export const routes: readonly AzureRoute[] = [
  ...discoveryRoutes,
  ...projectRoutes,
  ...definitionRoutes,
  ...buildRoutes,
  ...buildDetailRoutes,
  ...pipelineRunRoutes,
  ...approvalRoutes,
  ...environmentRoutes,
  ...checkRoutes,
  ...repositoryRoutes,
  ...itemRoutes,
  ...commitRoutes,
  ...pushRoutes,
  ...pullRequestRoutes,
  ...hookRoutes,
  ...oidcTokenRoutes,
];

/** Answered to everybody. */
export const publicRoutes: readonly AzureRoute[] = oidcMetadataRoutes;
