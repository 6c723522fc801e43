/** Approval checks, made and mended. */
import { z } from 'zod';
import { route } from '../azure-devops/ask.ts';
import { APPROVAL_CHECK, type ApprovalCheck, DEFAULT_TIMEOUT_MINUTES } from '../azure-devops/gates.ts';
import type { WireEnvironment } from '../azure-devops/project-lists.ts';
import type { Fix } from './finding.ts';
import { identityNamed } from './identities.ts';
import type { Project } from './project-facts.ts';
import type { Tenant } from './tenant-facts.ts';
import type { Approver } from './usual-approvers.ts';

const PREVIEW = '7.1-preview.1';
const TYPE = { id: APPROVAL_CHECK, name: 'Approval' };

/** null: it is not known who should approve. */
export async function createGate({ project }: Tenant, environment: WireEnvironment): Promise<Fix | null> {
  if (!(await knowsApprovers(project))) return null;
  const { http, project: name } = project.connection;
  return {
    what: 'added an approval check',
    apply: async () =>
      http.read(
        {
          what: `add an approval check to the environment ${environment.name}`,
          method: 'POST',
          path: route`${name}/_apis/pipelines/checks/configurations`,
          apiVersion: PREVIEW,
          body: {
            type: TYPE,
            settings: {
              approvers: await approversFor(project),
              executionOrder: 'anyOrder',
              minRequiredApprovers: 1,
              instructions: 'Review the change set before it is deployed to the tenant.',
              blockedApprovers: [],
              requesterCannotBeApprover: false,
            },
            resource: { type: 'environment', id: String(environment.id), name: environment.name },
            timeout: DEFAULT_TIMEOUT_MINUTES,
          },
        },
        z.unknown(),
      ),
  };
}

/** `approvers` null: those whom a new gate would have. Everything else of the check stays. */
export async function setApprovers(
  { project }: Tenant,
  check: ApprovalCheck,
  approvers: Approver[] | null,
): Promise<Fix | null> {
  if (!approvers && !(await knowsApprovers(project))) return null;
  const { http, project: name } = project.connection;
  return {
    what: 'named the approvers',
    apply: async () => {
      const named = approvers ?? (await approversFor(project));
      const body = {
        id: check.id,
        type: TYPE,
        settings: { ...check.settings, approvers: named.map(({ id }) => ({ id })) },
        timeout: check.timeout,
      };
      const path = route`${name}/_apis/pipelines/checks/configurations/${check.id}`;
      const what = `name the approvers of check ${check.id}`;
      await http.read({ what, method: 'PATCH', path, apiVersion: PREVIEW, body }, z.unknown());
    },
  };
}

const knowsApprovers = async (project: Project) =>
  project.practice.approvers.length > 0 || (await project.usualApprovers()).length > 0;

/** Those named on the command line; else those on whom all other gates of the project agree. */
async function approversFor(project: Project): Promise<Approver[]> {
  const { approvers } = project.practice;
  if (approvers.length === 0) return project.usualApprovers();
  return Promise.all(approvers.map((name) => identityNamed(project, name)));
}
