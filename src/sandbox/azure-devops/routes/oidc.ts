/** The tokens by which a running job proves to others which service connection it may use. */
import { DEFAULT_NAMES } from '../../../pipeline/contract.ts';
import { forbidden, notFound } from '../azure-error.ts';
import { guidOf } from '../guid.ts';
import { json } from '../http/answer.ts';
import { param, projectOf, type AzureRoute, type Call } from '../http/router.ts';
import { tenantOfBuild, type World } from '../world.ts';

const AUDIENCE = 'api://AzureADTokenExchange';

export const oidcTokenRoutes: readonly AzureRoute[] = [
  {
    method: 'POST',
    pattern: 'distributedtask/hubs/{hub}/plans/{plan}/jobs/{job}/oidctoken',
    handle: createToken,
  },
];

/** Below `_oidc/{organization}`, without signing in; patterns count from the route prefix. */
export const oidcMetadataRoutes: readonly AzureRoute[] = [
  {
    method: 'GET',
    pattern: '_oidc/{organization}/.well-known/openid-configuration',
    handle: (call) => json(metadata(call)),
  },
  {
    method: 'GET',
    pattern: '_oidc/{organization}/.well-known/jwks',
    handle: ({ world }) => json({ keys: [world.oidc.publicKey] }),
  },
];

const issuerOf = ({ options }: World, organization: string): string =>
  `${options.baseUrl()}/azure-devops/_oidc/${encodeURIComponent(organization)}`;

function metadata(call: Call) {
  const issuer = issuerOf(call.world, param(call, 'organization'));
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks`,
    subject_types_supported: ['public', 'pairwise'],
    response_types_supported: ['id_token'],
    claims_supported: ['sub', 'aud', 'exp', 'iat', 'iss', 'nbf'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid'],
  };
}

/** Only a job that is running, with its own access token, and only for its own connection. */
async function createToken(call: Call) {
  const { world, caller } = call;
  const job = world.agents.jobOfToken(caller.token);
  if (!job)
    throw forbidden(
      'Only a running job may ask for an OIDC token, with its own access token.',
      'AccessCheckException',
    );
  const { build, jobId } = job;
  if (
    build.planId !== param(call, 'plan') ||
    jobId !== param(call, 'job') ||
    build.projectId !== projectOf(call).id
  ) {
    throw notFound(
      `The job ${param(call, 'job')} of plan ${param(call, 'plan')} is not the caller's.`,
      'TaskOrchestrationJobNotFoundException',
    );
  }
  const tenant = tenantOfBuild(world, build);
  const connection = call.request.query('serviceConnectionId');
  if (connection !== null && connection.toLowerCase() !== tenant.serviceConnectionId) {
    throw forbidden(
      `Service connection ${connection} may not be used by this pipeline.`,
      'AccessCheckException',
    );
  }
  const row = world.state.serviceConnections.find(({ id }) => id === tenant.serviceConnectionId);
  if (!row || !(row.isOpenToAll || row.permittedDefinitionIds.includes(build.definitionId))) {
    throw forbidden(
      `The service connection of ${tenant.key.repository} is not there, or this pipeline may not use it.`,
      'AccessCheckException',
    );
  }
  const { organization, project, repository } = tenant.key;
  const oidcToken = await world.oidc.sign({
    issuer: issuerOf(world, organization),
    audience: AUDIENCE,
    subject: `sc://${organization}/${project}/${DEFAULT_NAMES.serviceConnectionOf(repository)}`,
    claims: {
      org_id: guidOf('organization', organization),
      prj_id: build.projectId,
      project_id: build.projectId,
      def_id: String(build.definitionId),
      rpo_id: tenant.repositoryId,
      rpo_ref: build.sourceBranch,
      rpo_ver: build.sourceVersion,
      run_id: String(build.id),
    },
  });
  return json({ oidcToken });
}
