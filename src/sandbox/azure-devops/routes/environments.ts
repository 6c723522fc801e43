import { z } from 'zod';
import { DEFAULT_NAMES } from '../../../pipeline/contract.ts';
import { notFound } from '../azure-error.ts';
import { json, list, noContent } from '../http/answer.ts';
import { numberOr } from '../http/enum-words.ts';
import { param, projectOf, type AzureRoute, type Call } from '../http/router.ts';
import { organizationUrl } from '../http/links.ts';
import { AZURE_DEVOPS, identityRef } from '../identity.ts';
import type { Environment } from '../model.ts';
import { nextNumber, nowOf, worldChanged } from '../world.ts';

/** The family moved from `distributedtask` to `pipelines` in 7.2; both answer. */
const family = (prefix: string): AzureRoute[] => [
  { method: 'GET', pattern: `${prefix}/environments`, handle: listEnvironments },
  { method: 'POST', pattern: `${prefix}/environments`, handle: addEnvironment },
  {
    method: 'GET',
    pattern: `${prefix}/environments/{environment}`,
    handle: (call) => json(environmentWire(call, environmentIn(call))),
  },
  { method: 'DELETE', pattern: `${prefix}/environments/{environment}`, handle: removeEnvironment },
];

export const environmentRoutes: readonly AzureRoute[] = [
  ...family('distributedtask'),
  ...family('pipelines'),
];

export function environmentIn(call: Call): Environment {
  const id = param(call, 'environment');
  const projectId = projectOf(call).id;
  const found = call.world.state.environments.find(
    (row) => String(row.id) === id && row.projectId === projectId,
  );
  if (found) return found;
  throw notFound(
    `Environment with ID ${id} does not exist or you do not have permission to access it.`,
    'EnvironmentNotFoundException',
  );
}

function listEnvironments(call: Call) {
  const { request, world } = call;
  const projectId = projectOf(call).id;
  const name = request.query('name')?.toLowerCase();
  const after = numberOr(request.query('continuationToken'), 0);
  const top = numberOr(request.query('$top'), 1000);
  const rest = world.state.environments.filter(
    (row) => row.projectId === projectId && row.id > after && (!name || row.name.toLowerCase() === name),
  );
  const shown = rest.slice(0, top);
  const last = rest.length > shown.length ? shown.at(-1) : undefined;
  return list(
    shown.map((row) => environmentWire(call, row)),
    last ? { 'x-ms-continuationtoken': String(last.id) } : {},
  );
}

async function addEnvironment(call: Call) {
  const body = await call.request.body(
    z.looseObject({ name: z.string().min(1), description: z.string().nullish() }),
  );
  const environment: Environment = {
    id: nextNumber(call.world, 'environment'),
    projectId: projectOf(call).id,
    name: body.name,
    description: body.description ?? '',
    createdAt: nowOf(call.world),
    permittedDefinitionIds: [],
  };
  call.world.state.environments.push(environment);
  // The pipeline's YAML names its environment.
  for (const tenant of call.world.state.tenants)
    if (
      tenant.projectId === environment.projectId &&
      DEFAULT_NAMES.environmentOf(tenant.key.repository) === body.name
    )
      tenant.environmentId = environment.id;
  worldChanged(call.world);
  return json(environmentWire(call, environment));
}

function removeEnvironment(call: Call) {
  const gone = environmentIn(call);
  const { state } = call.world;
  state.environments = state.environments.filter((row) => row !== gone);
  state.checks = state.checks.filter(
    ({ resource }) => resource.type !== 'environment' || resource.id !== String(gone.id),
  );
  worldChanged(call.world);
  return noContent();
}

function environmentWire(call: Call, environment: Environment) {
  const by = identityRef(AZURE_DEVOPS, organizationUrl(call.world, call.organization));
  const { id, name, description, createdAt } = environment;
  return {
    id,
    name,
    description,
    createdBy: by,
    createdOn: createdAt,
    lastModifiedBy: by,
    lastModifiedOn: createdAt,
    resources: [],
    project: { id: environment.projectId, name: projectOf(call).name },
  };
}
