/** What is common to all pushes, whoever makes them. */
import { projectById } from './http/links.ts';
import type { Identity } from './identity.ts';
import type { RepositoryRow } from './model.ts';
import { nowOf, type WorldWithoutAgents } from './world.ts';

export const signatureOf = (who: Identity, world: WorldWithoutAgents) => ({
  name: who.displayName,
  email: who.uniqueName.includes('@') ? who.uniqueName : `${who.id}@sandbox.example`,
  at: world.options.clock.now(),
});

type Moved = { branch: string; from: string | null; to: string; by: Identity };

export function recordPush(
  world: WorldWithoutAgents,
  row: RepositoryRow,
  { branch, from, to, by }: Moved,
): void {
  const project = projectById(world, row.projectId);
  const key = { organization: project.organization, project: project.name, repository: row.name };
  const details = { branch, from, to, by: by.displayName };
  world.ledger.add({ at: nowOf(world), kind: 'pushed', key, buildId: null, details });
}
