/** What the service may do, by Azure DevOps' own evaluation. */
import { z } from 'zod';
import type { ProjectConnection } from '../azure-devops/project-connection.ts';

/** Namespaces and bits are the same in every organisation. */
const NAMESPACES = {
  pipelines: '33344d9c-fc72-4d6f-aba5-fa317101a7e9',
  repositories: '2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87',
  hooks: 'cb594ebe-87dd-4fc9-ac2c-6a10a4c92046',
} as const;

export type Right = {
  namespace: keyof typeof NAMESPACES;
  token: string;
  bit: number;
  /** As the portal calls it. */
  name: string;
};

const wireBatch = z.object({ evaluations: z.array(z.object({ value: z.boolean().nullish() })) });

/** Those of the rights that the service does not have. */
export async function missingRights<Wanted extends Right>(
  { http, organization }: ProjectConnection,
  rights: readonly Wanted[],
): Promise<Wanted[]> {
  const { evaluations } = await http.read(
    {
      what: `evaluate the rights of the service in ${organization}`,
      method: 'POST',
      path: '_apis/security/permissionevaluationbatch',
      body: {
        alwaysAllowAdministrators: false,
        evaluations: rights.map(({ namespace, token, bit }) => ({
          securityNamespaceId: NAMESPACES[namespace],
          token,
          permissions: bit,
        })),
      },
    },
    wireBatch,
  );
  return rights.filter((_right, index) => evaluations[index]?.value !== true);
}
