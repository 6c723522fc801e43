/** Where Microsoft's client finds resources: it asks once for each area, then fills the templates. */
type Location = [id: string, resourceName: string, routeTemplate: string];

const BUILD = '{project}/_apis/{area}/builds/{buildId}';
const GIT = '{project}/_apis/{area}/repositories/{repositoryId}';

export const LOCATIONS: Readonly<Record<string, readonly Location[]>> = {
  Location: [
    ['e81700f7-3be2-46de-8624-2eb35882fcaa', 'ResourceAreas', '_apis/{resource}/{areaId}'],
    ['00d9565f-ed9c-4a06-9a50-00e7896ccab4', 'ConnectionData', '_apis/{resource}'],
  ],
  core: [['603fe2ac-9723-48b9-88ad-09305aa6c6e1', 'projects', '_apis/{resource}/{*projectId}']],
  build: [
    ['0cd358e1-9217-4d94-8269-1c1ee6f93dcf', 'builds', '{project}/_apis/{area}/{resource}/{buildId}'],
    [
      'dbeaf647-6167-421a-bda9-c9327b25e2e6',
      'definitions',
      '{project}/_apis/{area}/{resource}/{definitionId}',
    ],
    ['8baac422-4c6e-4de5-8532-db96d92acffa', 'Timeline', `${BUILD}/{resource}/{timelineId}`],
    ['35a80daf-7f30-45fc-86e8-6b813d9c90df', 'logs', `${BUILD}/{resource}/{logId}`],
    ['f2192269-89fa-4f94-baf6-8fb128c55159', 'attachments', `${BUILD}/{resource}/{type}`],
    [
      'af5122d3-3438-485e-a25a-2dbbfde84ee6',
      'attachments',
      `${BUILD}/{timelineId}/{recordId}/{resource}/{type}/{name}`,
    ],
    ['b8aac6c9-744b-46e1-88fc-3550969f9313', 'stages', `${BUILD}/{resource}/{stageRefName}`],
    ['6e6114b2-8161-44c8-8f6c-c5505782427f', 'tags', `${BUILD}/{resource}/{*tag}`],
    ['1db06c96-014e-44e1-ac91-90b2d4b3e984', 'artifacts', `${BUILD}/{resource}/{artifactName}`],
    ['0a6312e9-0627-49b7-8083-7d74a64849c9', 'properties', `${BUILD}/{resource}`],
  ],
  pipelines: [
    ['28e1305e-2afe-47bf-abaf-cbb0e6a91988', 'pipelines', '{project}/_apis/{resource}/{pipelineId}'],
    [
      '7859261e-d2e9-4a68-b820-a5d84cc5bb3d',
      'runs',
      '{project}/_apis/{area}/{pipelineId}/{resource}/{runId}',
    ],
    ['53df2d18-29ea-46a9-bee0-933540f80abf', 'preview', '{project}/_apis/{area}/{pipelineId}/{resource}'],
    [
      'fb1b6d27-3957-43d5-a14b-a2d70403e545',
      'logs',
      '{project}/_apis/{area}/{pipelineId}/runs/{runId}/{resource}/{logId}',
    ],
  ],
  git: [
    [
      '225f7195-f9c7-4d14-ab28-a83f7ff77e1f',
      'repositories',
      '{project}/_apis/{area}/{resource}/{repositoryId}',
    ],
    ['2d874a60-a811-4f62-9c9f-963a6ea0a55b', 'refs', `${GIT}/{resource}/{*filter}`],
    ['fb93c0db-47ed-4a31-8c20-47552878fb44', 'items', `${GIT}/{resource}/{*path}`],
    ['630fd2e4-fb88-4f85-ad21-13f3fd1fbca9', 'itemsBatch', `${GIT}/{resource}`],
    ['7b28e929-2c99-405d-9c5c-6167a06e6816', 'blobs', `${GIT}/{resource}/{sha1}`],
    ['729f6437-6f92-44ec-8bee-273a7111063c', 'trees', `${GIT}/{resource}/{sha1}`],
    ['c2570c3b-5b3f-41b8-98bf-5407bfde8d58', 'commits', `${GIT}/{resource}/{commitId}`],
    ['5bf884f5-3e07-42e9-afb8-1b872267bf16', 'changes', `${GIT}/commits/{commitId}/{resource}`],
    ['615588d5-c0c7-4b88-88f8-e625306446e8', 'commits', `${GIT}/diffs/{resource}`],
    ['ea98d07b-3c87-4971-8ede-a613694ffb55', 'pushes', `${GIT}/{resource}/{pushId}`],
    ['9946fd70-0d40-406e-b686-b4744cbbcc37', 'pullRequests', `${GIT}/{resource}/{pullRequestId}`],
    ['a5d28130-9cd2-40fa-9f08-902e7daa9efb', 'pullRequests', '{project}/_apis/{area}/{resource}'],
    [
      '01a46dea-7d46-4d40-bc84-319e7c260d99',
      'pullRequests',
      '{project}/_apis/{area}/{resource}/{pullRequestId}',
    ],
  ],
  distributedtask: [
    [
      '8572b1fc-2482-47fa-8f74-7e3ed53ee54b',
      'environments',
      '{project}/_apis/{area}/{resource}/{environmentId}',
    ],
  ],
};

/** The newest `resourceVersion` of any resource that the client may name; a lower one would turn the client to previews. */
const RESOURCE_VERSION = 7;

export function locationsOf(area: string) {
  const name = Object.keys(LOCATIONS).find((known) => known.toLowerCase() === area.toLowerCase());
  return (name ? (LOCATIONS[name] ?? []) : []).map(([id, resourceName, routeTemplate]) => ({
    id,
    area: name,
    resourceName,
    routeTemplate,
    resourceVersion: RESOURCE_VERSION,
    minVersion: '1.0',
    maxVersion: '7.2',
    releasedVersion: '7.1',
  }));
}
