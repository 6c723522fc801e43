import { z } from 'zod';
import type { AzureDevOpsHttp } from './azure-devops-http.ts';

const wireConnectionData = z.object({
  instanceId: z.string(),
  authenticatedUser: z
    .object({
      id: z.string(),
      providerDisplayName: z.string().nullish(),
      customDisplayName: z.string().nullish(),
    })
    .nullish(),
});

/** The organisation's id, and who we are there: the id by which gates list their approvers. */
export async function readConnectionData(
  http: AzureDevOpsHttp,
): Promise<{ organizationId: string; identityId: string | null; displayName: string | null }> {
  const { instanceId, authenticatedUser } = await http.read(
    {
      what: "read the organisation's id and the service's own",
      path: '_apis/connectionData',
      apiVersion: '7.1-preview.1',
    },
    wireConnectionData,
  );
  return {
    organizationId: instanceId.toLowerCase(),
    identityId: authenticatedUser?.id.toLowerCase() ?? null,
    displayName: authenticatedUser?.customDisplayName || authenticatedUser?.providerDisplayName || null,
  };
}
