import { identityRef } from '../identity.ts';
import { guidOf } from '../guid.ts';
import { json, list } from '../http/answer.ts';
import { param, type AzureRoute, type Call } from '../http/router.ts';
import { organizationUrl } from '../http/links.ts';
import { locationsOf } from './locations.ts';

export const discoveryRoutes: readonly AzureRoute[] = [
  { method: 'OPTIONS', pattern: '{area}', handle: (call) => list(locationsOf(param(call, 'area'))) },
  // No areas at all: the client then looks for everything at the organization's own address.
  { method: 'GET', pattern: 'ResourceAreas', handle: () => json({ count: 0, value: null }) },
  { method: 'GET', pattern: 'connectionData', handle: (call) => json(connectionData(call)) },
];

function connectionData({ world, organization, caller }: Call) {
  const url = organizationUrl(world, organization);
  const user = {
    ...identityRef(caller.identity, url),
    providerDisplayName: caller.identity.displayName,
    isActive: true,
    properties: { Account: { $type: 'System.String', $value: caller.identity.uniqueName } },
  };
  return {
    authenticatedUser: user,
    authorizedUser: user,
    instanceId: guidOf('organization', organization),
    deploymentId: guidOf('deployment'),
    deploymentType: 'hosted',
    locationServiceData: {
      serviceOwner: guidOf('serviceOwner'),
      defaultAccessMappingMoniker: 'HostGuidAccessMapping',
    },
  };
}
