import { UpstreamError } from '../lib/errors.ts';
import { DESIRED_BRANCH } from '../pipeline/contract.ts';
import { type PipelineSettings, referencePipeline } from '../pipeline/reference-pipeline.ts';
import { pushChanges } from './push-changes.ts';
import { inRepository, readHead, type RepositoryConnection } from './repositories.ts';

/** Puts the reference pipeline into a tenant's repository, in one commit: its own files replaced, every other one left. */
export const layPipeline = (repository: RepositoryConnection, settings: PipelineSettings): Promise<string> =>
  layFiles(repository, referencePipeline(settings), 'Add the sync pipeline [skip ci]');

export async function layFiles(
  repository: RepositoryConnection,
  files: ReadonlyMap<string, string>,
  message: string,
): Promise<string> {
  const expectedHead = await readHead(repository, DESIRED_BRANCH);
  if (expectedHead === null) throw refused(repository, 'it has no such branch yet: push a first commit');
  const changes = [...files].map(([path, text]) => ({ path, content: Buffer.from(text) }));
  const pushed = await pushChanges(repository, { branch: DESIRED_BRANCH, expectedHead, message, changes });
  if (pushed.kind === 'pushed') return pushed.commit;
  const why =
    pushed.kind === 'protected'
      ? `the branch takes pull requests only: put ${[...files.keys()].join(', ')} there by one`
      : 'somebody else pushed meanwhile: try again';
  throw refused(repository, why);
}

const refused = (repository: RepositoryConnection, why: string) =>
  new UpstreamError(`The pipeline was not put on ${DESIRED_BRANCH} ${inRepository(repository)}: ${why}.`, {
    system: 'Azure DevOps',
    isRetryable: false,
  });
