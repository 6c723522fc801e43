import type { Repository } from '../../../pipeline/stage.ts';
import { commitFiles } from '../git/commit-files.ts';
import { StaleReference } from '../git/git-store.ts';
import { readTextFiles } from '../git/read-files.ts';
import type { Identity } from '../identity.ts';
import { buildChanged, record } from '../world.ts';
import type { Run } from './run.ts';

/** The run's repository, as the build service may use it: branch policies do not hold it up. */
export function stageRepository(run: Run, buildService: Identity): Repository {
  const { world, build, tenant } = run;
  const repository = world.git.repository(tenant.repositoryId);
  return {
    head: (branch) => repository.head(branch),
    readFiles: (commit) => readTextFiles(repository, commit),
    async commit({ branch, expectedHead, message, files }) {
      const edits = new Map(
        [...files].map(([path, text]) => [path, text === null ? null : Buffer.from(text)]),
      );
      const author = {
        name: buildService.displayName,
        email: 'build@sandbox.example',
        at: world.options.clock.now(),
      };
      try {
        const to = await commitFiles(repository, {
          branch,
          expectedHead,
          parent: expectedHead,
          message,
          author,
          edits,
        });
        record(world, build, 'pushed', { branch, from: expectedHead, to, by: buildService.displayName });
        buildChanged(world, build);
        return to;
      } catch (error) {
        if (error instanceof StaleReference) return null;
        throw error;
      }
    },
  };
}
