import { route } from '../azure-devops/ask.ts';
import { AzureDevOpsError } from '../azure-devops/azure-devops-error.ts';
import { DESIRED_BRANCH, MODE_PARAMETERS, type SyncParameters } from '../pipeline/contract.ts';
import { z } from 'zod';
import { ok, type Verdict, wrong } from './finding.ts';
import type { Tenant } from './tenant-facts.ts';

const PARAMETERS: SyncParameters = {
  syncRequestId: 'preview',
  comment: 'preview',
  mode: MODE_PARAMETERS.PREVIEW_ONLY,
};

/** Azure DevOps' own word on the YAML: it puts the whole together, templates too, and starts nothing. */
export async function previewPipeline({ project, pipeline, yamlPath }: Tenant): Promise<Verdict> {
  if (!pipeline || (pipeline.queueStatus ?? 'enabled') !== 'enabled') return ok('');
  const { http, project: name } = project.connection;
  const ask = {
    what: `preview the pipeline "${pipeline.name}"`,
    method: 'POST',
    path: route`${name}/_apis/pipelines/${pipeline.id}/preview`,
    body: {
      previewRun: true,
      resources: { repositories: { self: { refName: `refs/heads/${DESIRED_BRANCH}` } } },
      templateParameters: PARAMETERS,
    },
  } as const;
  try {
    await http.read(ask, z.unknown());
    return ok('');
  } catch (error) {
    if (!(error instanceof AzureDevOpsError) || error.isRetryable) throw error;
    // Whether the service may queue runs is told where its rights are.
    if (error.statusCode !== 400) return ok('');
    return wrong(
      `Azure DevOps cannot make a run of /${yamlPath}: ${error.message}`,
      `Correct it, and what it names, on ${DESIRED_BRANCH}.`,
    );
  }
}
