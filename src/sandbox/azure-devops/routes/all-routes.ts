import type { AzureRoute } from '../http/router.ts';
import { approvalRoutes } from './approvals.ts';
import { buildDetailRoutes } from './build-details.ts';
import { buildRoutes } from './builds.ts';
import { changeDefinitionRoutes } from './change-definitions.ts';
import { checkRoutes } from './checks.ts';
import { commitRoutes } from './commits.ts';
import { definitionRoutes } from './definitions.ts';
import { discoveryRoutes } from './discovery.ts';
import { environmentRoutes } from './environments.ts';
import { hookRoutes } from './hooks.ts';
import { identityRoutes } from './identities.ts';
import { itemRoutes } from './items.ts';
import { oidcMetadataRoutes, oidcTokenRoutes } from './oidc.ts';
import { pipelinePermissionRoutes } from './pipeline-permissions.ts';
import { pipelineRunRoutes } from './pipeline-runs.ts';
import { projectRoutes } from './projects.ts';
import { pullRequestRoutes } from './pull-requests.ts';
import { pushRoutes } from './pushes.ts';
import { repositoryRoutes } from './repositories.ts';
import { securityRoutes } from './security.ts';
import { serviceConnectionRoutes } from './service-connections.ts';

export const routes: readonly AzureRoute[] = [
  ...discoveryRoutes,
  ...projectRoutes,
  ...definitionRoutes,
  ...changeDefinitionRoutes,
  ...buildRoutes,
  ...buildDetailRoutes,
  ...pipelineRunRoutes,
  ...approvalRoutes,
  ...environmentRoutes,
  ...pipelinePermissionRoutes,
  ...serviceConnectionRoutes,
  ...identityRoutes,
  ...securityRoutes,
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
