import { together, type Verdict, warning, wrong } from './finding.ts';
import { missingRights, type Right } from './rights.ts';
import type { Tenant } from './tenant-facts.ts';

type TenantRight = Right & { without: string; isNeeded: boolean };

/** Reads, starts, cancels; reverts on a branch. */
export async function checkRights(tenant: Tenant): Promise<Verdict> {
  const { connection, me } = tenant.project;
  const missing = await missingRights(connection, wantedOf(tenant));
  return together(
    missing.map(({ name, without, isNeeded }) => {
      const say = isNeeded ? wrong : warning;
      return say(
        `"${name}" is missing: ${without}.`,
        `Give it to "${me.displayName}" in the security settings.`,
      );
    }),
    'The service may read, start, cancel and revert.',
  );
}

function wantedOf({ project, pipeline, repository }: Tenant): TenantRight[] {
  const onPipeline = (bit: number, name: string, without: string) => ({
    namespace: 'pipelines' as const,
    token: pipelineToken(project.id, pipeline),
    ...{ bit, name, without, isNeeded: true },
  });
  const onRepository = (bit: number, name: string, without: string) => ({
    namespace: 'repositories' as const,
    token: `repoV2/${project.id}/${repository.repositoryId}`,
    ...{ bit, name, without, isNeeded: true },
  });
  return [
    ...(pipeline
      ? [
          onPipeline(1, 'View builds', 'runs cannot be seen'),
          onPipeline(128, 'Queue builds', 'syncs cannot be started, nor gates answered'),
          onPipeline(512, 'Stop builds', 'syncs cannot be cancelled'),
        ]
      : []),
    onRepository(2, 'Read', 'change sets cannot be shown'),
    onRepository(4, 'Contribute', 'changes cannot be reverted'),
    { ...onRepository(16, 'Create branch', 'no revert where main is protected'), isNeeded: false },
    {
      ...onRepository(16_384, 'Contribute to pull requests', 'no revert where main is protected'),
      isNeeded: false,
    },
  ];
}

/** Folders of pipelines stand in the token, with slashes. */
function pipelineToken(projectId: string, pipeline: Tenant['pipeline']): string {
  const folders = (pipeline?.path ?? '').split('\\').filter((part) => part !== '');
  return [projectId, ...folders, String(pipeline?.id ?? '')].join('/');
}
