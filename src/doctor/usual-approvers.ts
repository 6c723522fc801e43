import { listApprovalChecks } from '../azure-devops/gates.ts';
import { createLimit } from '../azure-devops/limit.ts';
import { readIdentities } from './identities.ts';
import type { Project } from './project-facts.ts';

export type Approver = { id: string };

/** On whom all gates of the project agree, apart from those who left; nobody when they differ. */
export async function usualApprovers(
  project: Pick<Project, 'practice' | 'connection' | 'environments'>,
): Promise<Approver[]> {
  const limit = createLimit(6);
  const environments = await project.environments();
  const checks = await Promise.all(
    environments.map(({ id }) => limit(() => listApprovalChecks(project.connection, id))),
  );
  const sets = checks.flat().map(({ settings }) => (settings?.approvers ?? []).map(({ id }) => id));
  const known = new Set((await readIdentities(project, [...new Set(sets.flat())])).map(({ id }) => id));
  const present = sets.map((set) => set.filter((id) => known.has(id)).sort());
  const [first = [], ...others] = present.filter((set) => set.length > 0);
  return others.every((set) => set.join() === first.join()) ? first.map((id) => ({ id })) : [];
}
