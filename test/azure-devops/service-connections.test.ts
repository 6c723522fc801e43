import { createDoors } from '../../src/azure-devops/doors.ts';
import { describe, expect, it } from 'vitest';
import { createServiceConnectionLookup } from '../../src/azure-devops/service-connections.ts';
import { silent } from '../support/database.ts';
import { json, serve } from './small-server.ts';

const ORGANIZATION_ID = 'aaaaaaaa-0000-4000-8000-000000000001';
const CONNECTION_ID = 'bbbbbbbb-0000-4000-8000-000000000002';

describe('a service connection', () => {
  it('is found by its id, in the project that has it', async () => {
    const server = await serve((response, { url }) => {
      if (url === '/other/_apis/connectionData') return json(response, 200, { instanceId: 'cccc' });
      if (url === '/contoso/_apis/connectionData') {
        return json(response, 200, { instanceId: ORGANIZATION_ID.toUpperCase() });
      }
      if (url === `/contoso/Fleet/_apis/serviceendpoint/endpoints/${CONNECTION_ID}`) {
        return json(response, 200, { id: CONNECTION_ID, name: 'fabrikam-sync', type: 'azurerm' });
      }
      // Azure answers a connection that it does not know with null.
      json(response, 200, null);
    });
    const at = (organization: string, project: string) => ({
      organizationUrl: `${server.url}/${organization}`,
      organization,
      project,
    });
    const find = createServiceConnectionLookup({
      projects: [at('other', 'Fleet'), at('contoso', 'Empty'), at('contoso', 'Fleet')],
      doors: createDoors({ tokens: { authorization: () => Promise.resolve('Bearer t') }, logger: silent }),
    });
    const ids = { organizationId: ORGANIZATION_ID, connectionId: CONNECTION_ID };
    const job = { organization: 'contoso', project: 'Fleet', serviceConnection: 'fabrikam-sync' };
    expect(await find(ids)).toEqual(job);
    const asked = server.seen.length;
    expect(await find(ids)).toEqual(job);
    expect(server.seen).toHaveLength(asked);
    expect(await find({ ...ids, connectionId: ORGANIZATION_ID })).toBeNull();
  });
});
