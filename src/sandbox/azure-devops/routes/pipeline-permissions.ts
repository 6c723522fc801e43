/** Which pipelines may use an environment or a service connection. */
import { z } from 'zod';
import { notFound } from '../azure-error.ts';
import { json } from '../http/answer.ts';
import { param, projectOf, type AzureRoute, type Call } from '../http/router.ts';
import { organizationUrl } from '../http/links.ts';
import { AZURE_DEVOPS, identityRef } from '../identity.ts';
import { worldChanged } from '../world.ts';
import { environmentIn } from './environments.ts';

const PERMISSIONS = 'pipelines/pipelinePermissions';

export const pipelinePermissionRoutes: readonly AzureRoute[] = [
  route('GET', 'environment', read),
  route('PATCH', 'environment', update),
  route('GET', 'endpoint', read),
  route('PATCH', 'endpoint', update),
];

type Resource = {
  type: string;
  id: string;
  name: string;
  createdAt: string;
  /** The row of the world. */
  row: { permittedDefinitionIds: number[]; isOpenToAll?: boolean };
};

type Handle = (call: Call, resource: Resource) => ReturnType<AzureRoute['handle']>;

function route(method: 'GET' | 'PATCH', type: 'environment' | 'endpoint', handle: Handle): AzureRoute {
  const find = type === 'environment' ? environmentResource : endpointResource;
  return { method, pattern: `${PERMISSIONS}/${type}/{${type}}`, handle: (call) => handle(call, find(call)) };
}

function environmentResource(call: Call): Resource {
  const row = environmentIn(call);
  return { type: 'environment', id: String(row.id), name: row.name, createdAt: row.createdAt, row };
}

function endpointResource(call: Call): Resource {
  const id = param(call, 'endpoint').toLowerCase();
  const { state } = call.world;
  const project = projectOf(call);
  const row = state.serviceConnections.find((one) => one.id === id && one.projectId === project.id);
  if (!row) throw notFound(`Endpoint ${id} was not found.`, 'ResourceNotFoundException');
  return { type: 'endpoint', id: row.id, name: row.name, createdAt: project.createdAt, row };
}

const permission = z.looseObject({ authorized: z.boolean() });
const body = z.looseObject({
  allPipelines: permission.nullish(),
  pipelines: z.array(z.looseObject({ id: z.number(), authorized: z.boolean() })).nullish(),
});

async function update(call: Call, resource: Resource) {
  const { allPipelines, pipelines } = await call.request.body(body);
  const permitted = new Set(resource.row.permittedDefinitionIds);
  for (const { id, authorized } of pipelines ?? []) {
    if (authorized) permitted.add(id);
    else permitted.delete(id);
  }
  resource.row.permittedDefinitionIds = [...permitted];
  if (allPipelines) resource.row.isOpenToAll = allPipelines.authorized;
  worldChanged(call.world);
  return read(call, resource);
}

function read(call: Call, { row, createdAt: authorizedOn, ...resource }: Resource) {
  const authorizedBy = identityRef(AZURE_DEVOPS, organizationUrl(call.world, call.organization));
  const granted = { authorized: true, authorizedBy, authorizedOn };
  return json({
    resource,
    ...(row.isOpenToAll ? { allPipelines: granted } : {}),
    pipelines: row.permittedDefinitionIds.map((id) => ({ id, ...granted })),
  });
}
