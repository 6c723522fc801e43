/** Looks at everything that the API needs of Azure DevOps, from the organisation down to each tenant. */
import { createLimit } from '../azure-devops/limit.ts';
import { route } from '../azure-devops/ask.ts';
import type { ConfiguredProject } from '../azure-devops/azure-devops.ts';
import { messageOf } from '../lib/errors.ts';
import { z } from 'zod';
import { checkEnvironment } from './check-environment.ts';
import { checkGate } from './check-gate.ts';
import { checkHooks } from './check-hooks.ts';
import { checkPipeline, checkPipelineFile } from './check-pipeline.ts';
import { checkRights } from './check-rights.ts';
import { checkServiceConnection } from './check-service-connection.ts';
import { checkTenantFile } from './check-tenant-file.ts';
import { type Finding, ok, type Verdict, warning, wrong } from './finding.ts';
import { greet, type Me } from './organization.ts';
import type { Practice } from './practice.ts';
import { projectOf } from './project-facts.ts';
import { findTenants, type Tenant } from './tenant-facts.ts';

type Check<Subject> = [name: string, check: (subject: Subject) => Verdict | Promise<Verdict>];

const TENANT_CHECKS: readonly Check<Tenant>[] = [
  ['pipeline', checkPipeline],
  ['pipeline file', checkPipelineFile],
  ['tenant file', checkTenantFile],
  ['environment', checkEnvironment],
  ['gate', checkGate],
  ['service connection', checkServiceConnection],
  ['rights', checkRights],
];

const TENANTS_AT_A_TIME = 6;

export async function examine(practice: Practice): Promise<Finding[]> {
  const byOrganization = Map.groupBy(practice.projects, ({ organizationUrl }) => organizationUrl);
  const findings: Finding[] = [];
  for (const [organizationUrl, projects] of byOrganization) {
    const organization = projects[0]?.organization ?? organizationUrl;
    practice.onProgress(organization);
    const { verdict, me } = await greet(practice.doors.to(organizationUrl), practice.tokens);
    findings.push({ ...verdict, subject: organization, check: 'organisation' });
    if (!me) continue;
    for (const project of projects) findings.push(...(await examineProject(practice, me, project)));
  }
  return findings;
}

const wireProject = z.object({ id: z.string() });

async function examineProject(practice: Practice, me: Me, configured: ConfiguredProject): Promise<Finding[]> {
  const { organization, organizationUrl, project: name } = configured;
  const subject = `${organization}/${name}`;
  practice.onProgress(subject);
  const http = practice.doors.to(organizationUrl);
  const connection = { ...configured, http, logger: practice.logger };
  const about = (verdict: Verdict) => ({ ...verdict, subject, check: 'project' });
  try {
    const ask = { what: `read the project ${subject}`, path: route`_apis/projects/${name}` };
    const found = await http.find(ask, wireProject);
    if (!found) return [about(noProject(me, name))];
    const project = projectOf(practice, { me, id: found.id, connection });
    const tenants = await findTenants(project);
    const verdict =
      tenants.length > 0 ? ok(`${tenants.length} tenants.`) : warning('No tenant lies in it.', NO_TENANT);
    const hooks = await run({ subject, check: 'web hooks' }, () => checkHooks(project));
    return [about(verdict), hooks, ...(await examineTenants(subject, tenants, practice))];
  } catch (error) {
    return [about(wrong(messageOf(error), MAY_READ))];
  }
}

const NO_TENANT = 'Make a repository with a tenant.json, or correct AZURE_DEVOPS_PROJECTS.';
const MAY_READ = 'Make the service a reader of the project, its pipelines and repositories.';
const noProject = ({ displayName }: Me, name: string) =>
  wrong(
    `There is no project "${name}", or the service may not see it.`,
    `Correct AZURE_DEVOPS_PROJECTS, or add "${displayName}" to the project.`,
  );

async function examineTenants(
  subject: string,
  tenants: readonly Tenant[],
  { onProgress }: Practice,
): Promise<Finding[]> {
  const limit = createLimit(TENANTS_AT_A_TIME);
  let done = 0;
  const findings = await Promise.all(
    tenants
      .toSorted((one, other) => one.name.localeCompare(other.name))
      .map((tenant) =>
        limit(async () => {
          const found = await examineTenant(`${subject}/${tenant.name}`, tenant);
          done++;
          onProgress(`${subject}: ${done} of ${tenants.length} tenants`);
          return found;
        }),
      ),
  );
  return findings.flat();
}

function examineTenant(subject: string, tenant: Tenant): Promise<Finding[]> {
  return Promise.all(
    TENANT_CHECKS.map(([check, examineIt]) => run({ subject, check }, () => examineIt(tenant))),
  );
}

/** A check that Azure DevOps refuses to answer says so, and hides no other. */
async function run(
  about: Pick<Finding, 'subject' | 'check'>,
  work: () => Verdict | Promise<Verdict>,
): Promise<Finding> {
  try {
    return { ...(await work()), ...about };
  } catch (error) {
    return { ...wrong(messageOf(error), MAY_READ), ...about };
  }
}
