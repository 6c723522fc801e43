import { z } from 'zod';
import { route } from './ask.ts';
import type { Gate } from './port.ts';
import { inProject, type ProjectConnection } from './project-connection.ts';
import { orderOf, person } from './read-approval.ts';
import { type WireIdentity, wireIdentity } from './wire.ts';

/** The id of the kind of check that Azure DevOps calls "Approval", the same in every organisation. */
export const APPROVAL_CHECK = '8c6f20a7-a545-4486-9777-f762fafe0d4d';
/** Azure's own default: 30 days. */
export const DEFAULT_TIMEOUT_MINUTES = 43_200;

const wireCheck = z.object({
  id: z.number(),
  type: z.object({ id: z.string().nullish(), name: z.string().nullish() }).nullish(),
  isDisabled: z.boolean().nullish(),
  timeout: z.number().nullish(),
  settings: z
    .object({
      approvers: z.array(wireIdentity).nullish(),
      executionOrder: z.string().nullish(),
      minRequiredApprovers: z.number().nullish(),
      requesterCannotBeApprover: z.boolean().nullish(),
      instructions: z.string().nullish(),
      blockedApprovers: z.array(wireIdentity).nullish(),
    })
    .nullish(),
});

export type ApprovalCheck = z.infer<typeof wireCheck>;

/** The environment's approval checks, disabled ones too. */
export async function listApprovalChecks(
  connection: ProjectConnection,
  environmentId: number,
): Promise<ApprovalCheck[]> {
  const { http, project } = connection;
  const { items } = await http.list(
    {
      what: `list the checks of environment ${environmentId} ${inProject(connection)}`,
      path: route`${project}/_apis/pipelines/checks/configurations`,
      query: { resourceType: 'environment', resourceId: environmentId, $expand: 'settings' },
      apiVersion: '7.1-preview.1',
    },
    wireCheck,
  );
  return items.filter(({ type }) => type?.id?.toLowerCase() === APPROVAL_CHECK);
}

/** The environment's approval check; null without one. `serviceId`: our own id in Azure DevOps. */
export async function readGate(
  connection: ProjectConnection,
  environmentId: number,
  serviceId: string | null,
): Promise<Gate | null> {
  const checks = await listApprovalChecks(connection, environmentId);
  const check = checks.find(({ isDisabled }) => !isDisabled);
  if (!check) return null;
  const approvers = check.settings?.approvers ?? [];
  return {
    approvers: approvers.map((approver) => ({
      ...person(approver),
      isGroup: approver.isContainer === true,
    })),
    minRequired: check.settings?.minRequiredApprovers ?? 0,
    order: orderOf(check.settings?.executionOrder),
    selfApprovalAllowed: check.settings?.requesterCannotBeApprover !== true,
    timeoutMinutes: check.timeout ?? DEFAULT_TIMEOUT_MINUTES,
    service: roleOf(serviceId, approvers),
  };
}

function roleOf(serviceId: string | null, approvers: WireIdentity[]): Gate['service'] {
  if (approvers.some(({ id }) => id.toLowerCase() === serviceId)) return 'LISTED';
  const mayHoldIt = approvers.length === 0 || approvers.some(({ isContainer }) => isContainer === true);
  return serviceId === null || mayHoldIt ? 'UNKNOWN' : 'NOT_LISTED';
}
