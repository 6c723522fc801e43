import { z } from 'zod';
import { json } from '../http/answer.ts';
import type { AzureRoute, Call } from '../http/router.ts';
import { isAllowed } from '../permissions.ts';

export const securityRoutes: readonly AzureRoute[] = [
  { method: 'POST', pattern: 'security/permissionevaluationbatch', handle: evaluate },
];

const batch = z.looseObject({
  alwaysAllowAdministrators: z.boolean().nullish(),
  evaluations: z.array(
    z.looseObject({ securityNamespaceId: z.string(), token: z.string(), permissions: z.number().int() }),
  ),
});

/** For the caller, as the real one does. */
async function evaluate(call: Call) {
  const { evaluations, ...rest } = await call.request.body(batch);
  return json({
    ...rest,
    evaluations: evaluations.map((evaluation) => ({
      ...evaluation,
      value: isAllowed(call.world, call.caller.identity, {
        namespace: evaluation.securityNamespaceId,
        token: evaluation.token,
        bit: evaluation.permissions,
      }),
    })),
  });
}
