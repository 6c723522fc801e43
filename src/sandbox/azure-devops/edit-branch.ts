import { DESIRED_BRANCH } from '../../pipeline/contract.ts';
import { commitFiles, type FileEdits } from './git/commit-files.ts';
import { StaleReference } from './git/git-store.ts';
import { personNamed } from './identity.ts';
import type { Tenant } from './model.ts';
import { recordPush, signatureOf } from './pushed.ts';
import type { WorldWithoutAgents } from './world.ts';

const TRIES = 10;

/** Commits to `main` as somebody in the portal would, who tries again when the branch has moved meanwhile. */
export async function editBranch(
  world: WorldWithoutAgents,
  { repositoryId, key }: Tenant,
  { message, edits }: { message: string; edits: FileEdits },
): Promise<string> {
  const git = world.git.repository(repositoryId);
  const by = personNamed('Sandbox Administrator');
  const row = world.state.repositories.find(({ id }) => id === repositoryId);
  for (let attempt = 1; row && attempt <= TRIES; attempt += 1) {
    const head = await git.head(DESIRED_BRANCH);
    const author = signatureOf(by, world);
    try {
      const to = await commitFiles(git, {
        branch: DESIRED_BRANCH,
        expectedHead: head,
        parent: head,
        message,
        author,
        edits,
      });
      recordPush(world, row, { branch: DESIRED_BRANCH, from: head, to, by });
      return to;
    } catch (error) {
      if (!(error instanceof StaleReference)) throw error;
    }
  }
  throw new Error(`The branch ${DESIRED_BRANCH} of ${key.repository} kept moving: try again.`);
}
