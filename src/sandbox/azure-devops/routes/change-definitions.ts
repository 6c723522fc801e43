import { z } from 'zod';
import { badRequest, conflict } from '../azure-error.ts';
import { isOpen } from '../build.ts';
import { json, noContent } from '../http/answer.ts';
import { param, projectOf, type AzureRoute, type Call } from '../http/router.ts';
import type { Definition } from '../model.ts';
import { buildChanged, nextNumber, nowOf, worldChanged } from '../world.ts';
import { definitionIn, definitionWire, pipelineWire } from './definitions.ts';

export const changeDefinitionRoutes: readonly AzureRoute[] = [
  { method: 'POST', pattern: 'pipelines', handle: create },
  { method: 'PUT', pattern: 'build/definitions/{definition}', handle: update },
  { method: 'DELETE', pattern: 'build/definitions/{definition}', handle: remove },
];

const newPipeline = z.looseObject({
  name: z.string().min(1),
  folder: z.string().nullish(),
  configuration: z.looseObject({
    type: z.literal('yaml'),
    path: z.string().min(1),
    repository: z.looseObject({ id: z.string(), type: z.literal('azureReposGit') }),
  }),
});

async function create(call: Call) {
  const { world } = call;
  const { name, configuration } = await call.request.body(newPipeline);
  const projectId = projectOf(call).id;
  const repositoryId = configuration.repository.id.toLowerCase();
  if (!world.state.repositories.some(({ id }) => id === repositoryId))
    throw badRequest(`The repository ${configuration.repository.id} could not be found.`);
  if (world.state.definitions.some((row) => row.projectId === projectId && row.name === name))
    throw conflict(`The pipeline ${name} exists already.`, 'DefinitionExistsException');
  const definition: Definition = {
    id: nextNumber(world, 'definition'),
    projectId,
    name,
    repositoryId,
    createdAt: nowOf(world),
    yamlFilename: configuration.path,
  };
  world.state.definitions.push(definition);
  for (const tenant of world.state.tenants)
    if (tenant.repositoryId === repositoryId) tenant.definitionId = definition.id;
  worldChanged(world);
  return json(pipelineWire(world, definition));
}

const changedDefinition = z.looseObject({
  name: z.string().min(1),
  revision: z.number().int(),
  queueStatus: z.enum(['enabled', 'disabled']),
  process: z.looseObject({ yamlFilename: z.string().min(1) }),
});

const definitionOf = (call: Call) => definitionIn(call, projectOf(call), param(call, 'definition'));

/** The whole definition is sent, as it was read, with what is to differ. */
async function update(call: Call) {
  const definition = definitionOf(call);
  const { name, queueStatus, process } = await call.request.body(changedDefinition);
  Object.assign(definition, { name, queueStatus, yamlFilename: process.yamlFilename });
  worldChanged(call.world);
  return json(definitionWire(call.world, definition));
}

/** Its runs go with it. */
function remove(call: Call) {
  const { world } = call;
  const gone = definitionOf(call);
  const builds = [...world.builds.values()].filter(({ definitionId }) => definitionId === gone.id);
  if (builds.some(isOpen))
    throw conflict(`The pipeline ${gone.name} has runs that are not finished.`, 'CannotDeleteException');
  for (const build of builds) {
    build.isDeleted = true;
    buildChanged(world, build);
  }
  world.state.definitions = world.state.definitions.filter((row) => row !== gone);
  worldChanged(world);
  return noContent();
}
