import { notFound } from '../azure-error.ts';
import { json, list } from '../http/answer.ts';
import { commaList, isTrue, numberOr } from '../http/enum-words.ts';
import { param, projectOf, type AzureRoute, type Call } from '../http/router.ts';
import { organizationUrl, projectById, projectUrl, remoteUrl } from '../http/links.ts';
import { AZURE_DEVOPS, identityRef } from '../identity.ts';
import type { Definition, Project } from '../model.ts';
import type { World } from '../world.ts';
import { yamlFileOf } from '../yaml-file.ts';
import { projectWire } from './projects.ts';

export const definitionRoutes: readonly AzureRoute[] = [
  { method: 'GET', pattern: 'build/definitions', handle: listDefinitions },
  {
    method: 'GET',
    pattern: 'build/definitions/{definition}',
    handle: (call) =>
      json(definitionWire(call.world, definitionIn(call, projectOf(call), param(call, 'definition')))),
  },
  { method: 'GET', pattern: 'pipelines', handle: listPipelines },
  {
    method: 'GET',
    pattern: 'pipelines/{pipeline}',
    handle: (call) =>
      json(pipelineWire(call.world, definitionIn(call, projectOf(call), param(call, 'pipeline')))),
  },
];

export function definitionIn({ world }: Call, project: Project, id: string): Definition {
  const found = world.state.definitions.find((row) => String(row.id) === id && row.projectId === project.id);
  if (found) return found;
  throw notFound(`Definition ${id} was not found.`, 'DefinitionNotFoundException');
}

const matchesName = (name: string, pattern: string | null): boolean => {
  if (pattern === null || pattern === '') return true;
  const shape = pattern
    .toLowerCase()
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${shape.join('.*')}$`).test(name.toLowerCase());
};

/** Without `includeAllProperties` the list holds references only: no repository, no process. */
function listDefinitions(call: Call) {
  const { world, request } = call;
  const project = projectOf(call);
  const ids = commaList(request.query('definitionIds'));
  const repository = request.query('repositoryId')?.toLowerCase();
  const found = world.state.definitions.filter(
    (definition) =>
      definition.projectId === project.id &&
      matchesName(definition.name, request.query('name')) &&
      (ids.length === 0 || ids.includes(String(definition.id))) &&
      (!repository || definition.repositoryId === repository),
  );
  const whole = isTrue(request.query('includeAllProperties'));
  return page(call, found, (definition) =>
    whole
      ? definitionWire(world, definition)
      : { ...definitionReference(world, definition), ...queueAndAuthor(world, definition) },
  );
}

function listPipelines(call: Call) {
  const project = projectOf(call);
  const found = call.world.state.definitions.filter(({ projectId }) => projectId === project.id);
  return page(call, found, (definition) => pipelineWire(call.world, definition));
}

/** Both lists are paged by the id of the last one. */
function page(call: Call, definitions: Definition[], wire: (definition: Definition) => unknown) {
  const after = numberOr(call.request.query('continuationToken'), 0);
  const top = numberOr(call.request.query('$top'), 10_000);
  const rest = definitions.filter(({ id }) => id > after).sort((one, other) => one.id - other.id);
  const shown = rest.slice(0, top);
  const last = rest.length > shown.length ? shown.at(-1) : undefined;
  return list(shown.map(wire), last ? { 'x-ms-continuationtoken': String(last.id) } : {});
}

const apiUrl = (world: Pick<World, 'options' | 'state'>, definition: Definition) =>
  `${projectUrl(world, projectById(world, definition.projectId))}/_apis`;

export function definitionReference(world: Pick<World, 'options' | 'state'>, definition: Definition) {
  return {
    drafts: [],
    id: definition.id,
    name: definition.name,
    url: `${apiUrl(world, definition)}/build/Definitions/${definition.id}?revision=1`,
    uri: `vstfs:///Build/Definition/${definition.id}`,
    path: '\\',
    type: 'build',
    queueStatus: definition.queueStatus ?? 'enabled',
    revision: 1,
    project: projectWire(world, projectById(world, definition.projectId)),
  };
}

function queueAndAuthor(world: World, definition: Definition) {
  const project = projectById(world, definition.projectId);
  return {
    quality: 'definition',
    authoredBy: identityRef(AZURE_DEVOPS, organizationUrl(world, project.organization)),
    queue: { id: 9, name: 'Azure Pipelines', pool: { id: 9, name: 'Azure Pipelines', isHosted: true } },
    createdDate: definition.createdAt,
  };
}

export function definitionWire(world: World, definition: Definition) {
  const repository = world.state.repositories.find(({ id }) => id === definition.repositoryId);
  return {
    ...definitionReference(world, definition),
    ...queueAndAuthor(world, definition),
    triggers: [
      {
        branchFilters: [],
        pathFilters: [],
        settingsSourceType: 2,
        batchChanges: false,
        triggerType: 'continuousIntegration',
      },
    ],
    jobAuthorizationScope: 'project',
    jobTimeoutInMinutes: 60,
    jobCancelTimeoutInMinutes: 5,
    process: { yamlFilename: yamlFileOf(definition), type: 2 },
    repository: repository && {
      properties: { defaultBranch: 'refs/heads/main', reportBuildStatus: 'true' },
      id: repository.id,
      type: 'TfsGit',
      name: repository.name,
      url: remoteUrl(world, repository),
      defaultBranch: 'refs/heads/main',
      clean: null,
      checkoutSubmodules: true,
    },
  };
}

export function pipelineReference(world: World, definition: Definition) {
  const { id, name } = definition;
  return {
    url: `${apiUrl(world, definition)}/pipelines/${id}?revision=1`,
    id,
    revision: 1,
    name,
    folder: '\\',
  };
}

export function pipelineWire(world: World, definition: Definition) {
  const reference = pipelineReference(world, definition);
  const web = `${projectUrl(world, projectById(world, definition.projectId))}/_build/definition?definitionId=${definition.id}`;
  return {
    _links: { self: { href: reference.url }, web: { href: web } },
    configuration: {
      path: yamlFileOf(definition),
      repository: { id: definition.repositoryId, type: 'azureReposGit' },
      type: 'yaml',
    },
    ...reference,
  };
}
