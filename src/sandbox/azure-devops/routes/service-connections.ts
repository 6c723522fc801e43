import { notFound } from '../azure-error.ts';
import { guidOf } from '../guid.ts';
import { json, list, noContent } from '../http/answer.ts';
import { commaList } from '../http/enum-words.ts';
import { param, projectOf, type AzureRoute, type Call } from '../http/router.ts';
import { organizationUrl } from '../http/links.ts';
import { AZURE_DEVOPS, identityRef } from '../identity.ts';
import type { ServiceConnection } from '../model.ts';
import { worldChanged } from '../world.ts';

const ENDPOINTS = 'serviceendpoint/endpoints';

export const serviceConnectionRoutes: readonly AzureRoute[] = [
  { method: 'GET', pattern: ENDPOINTS, handle: listConnections },
  // An endpoint that is not there is answered with an empty success.
  { method: 'GET', pattern: `${ENDPOINTS}/{endpoint}`, handle: readConnection },
  { method: 'DELETE', pattern: `${ENDPOINTS}/{endpoint}`, handle: removeConnection },
];

const connectionsOf = (call: Call): ServiceConnection[] => {
  const { id } = projectOf(call);
  return call.world.state.serviceConnections.filter(({ projectId }) => projectId === id);
};

const findConnection = (call: Call) =>
  connectionsOf(call).find(({ id }) => id === param(call, 'endpoint').toLowerCase());

function listConnections(call: Call) {
  const names = commaList(call.request.query('endpointNames'));
  const found = connectionsOf(call).filter(({ name }) => names.length === 0 || names.includes(name));
  return list(found.map((row) => wire(call, row)));
}

function readConnection(call: Call) {
  const found = findConnection(call);
  return json(found ? wire(call, found) : null);
}

/** Addressed without a project in reality; with one here as well. */
function removeConnection(call: Call) {
  const gone = findConnection(call);
  if (!gone)
    throw notFound(
      `Service connection ${param(call, 'endpoint')} was not found.`,
      'ServiceEndpointException',
    );
  const { state } = call.world;
  state.serviceConnections = state.serviceConnections.filter((row) => row !== gone);
  worldChanged(call.world);
  return noContent();
}

function wire(call: Call, { id, name, projectId, directoryId, isReady }: ServiceConnection) {
  const url = organizationUrl(call.world, call.organization);
  return {
    id,
    name,
    type: 'azurerm',
    url: 'https://management.azure.com/',
    description: '',
    createdBy: identityRef(AZURE_DEVOPS, url),
    owner: 'library',
    isReady,
    isShared: false,
    authorization: {
      scheme: 'WorkloadIdentityFederation',
      parameters: { tenantid: directoryId, serviceprincipalid: guidOf('servicePrincipalOf', id) },
    },
    data: { environment: 'AzureCloud', creationMode: 'Manual' },
    serviceEndpointProjectReferences: [
      { projectReference: { id: projectId, name: projectOf(call).name }, name, description: '' },
    ],
  };
}
