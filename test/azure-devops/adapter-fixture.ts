import { createDoors } from '../../src/azure-devops/doors.ts';
import { createAzureDevOps } from '../../src/azure-devops/azure-devops.ts';
import type { AzureDevOps, ProjectRef, RepositoryRef, RunObservation } from '../../src/azure-devops/port.ts';
import { CHANGE_SET_ATTACHMENT, RESULTS_ATTACHMENT, ERROR_ATTACHMENT } from '../../src/pipeline/contract.ts';
import {
  KEY,
  openTestWorld,
  serviceToken,
  simpleStages,
  type StageCode,
  type TestWorld,
  type WorldSetup,
} from '../sandbox/azure-devops/world.ts';
import { silent } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

export const PROJECT: ProjectRef = { organization: KEY.organization, project: KEY.project };

export type Adapter = AsyncDisposable & { sandbox: TestWorld; azure: AzureDevOps; repository: RepositoryRef };

/** The adapter in front of a simulated Azure DevOps with one tenant. */
export async function openAdapter(setup: WorldSetup = {}): Promise<Adapter> {
  const sandbox = await openTestWorld({ runStage: contractStages, ...setup });
  const azure = createAzureDevOps({
    projects: [{ ...PROJECT, organizationUrl: sandbox.organizationUrl }],
    onBehalfOf: null,
    doors: createDoors({
      tokens: { authorization: () => Promise.resolve(`Bearer ${serviceToken}`) },
      logger: silent,
    }),
    logger: silent,
  });
  const [tenant] = await azure.discoverTenants(PROJECT);
  const repository = { ...PROJECT, repositoryId: tenant?.repositoryId ?? '' };
  return { sandbox, azure, repository, [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose]() };
}

export const CHANGE_SET = {
  version: 1,
  tenantStateSha: '1'.repeat(40),
  desiredSha: '2'.repeat(40),
  digest: 'd1',
  changes: [
    {
      kind: 'CHANGED',
      configurationType: 'MSGraph:Groups',
      path: 'Source/a.json',
      displayName: 'a',
    },
  ],
} as const;
export const RESULTS = {
  version: 1,
  digest: 'd1',
  results: [{ path: 'Source/a.json', result: 'APPLIED' }],
} as const;
export const ERROR = { version: 1, code: 'ODD', message: 'Something odd.', stage: 'DEPLOY' } as const;

/** The simple stages, with everything that the contract lets a run hand over. */
export const contractStages: StageCode = async (stage, context) => {
  if (stage === 'PREVIEW') {
    await context.credential(stage);
    await context.report.attach({ ...CHANGE_SET_ATTACHMENT, content: JSON.stringify(CHANGE_SET) });
    await context.report.publishArtifact('report', new Map([['report.txt', 'all of it']]));
    return { succeeded: true, changesNeeded: true };
  }
  const outcome = await simpleStages(stage, context);
  if (stage === 'DEPLOY') {
    await context.report.attach({ ...RESULTS_ATTACHMENT, content: JSON.stringify(RESULTS) });
    await context.report.attach({ ...ERROR_ATTACHMENT, content: JSON.stringify(ERROR) });
  }
  return outcome;
};

let requests = 0;

/** Starts a sync as the product does. */
export async function startSync({ azure }: Adapter) {
  const [tenant] = await azure.discoverTenants(PROJECT);
  const syncRequestId = `run_${String(++requests).padStart(32, '0')}`;
  const sync = {
    pipelineId: tenant?.pipelineId ?? 0,
    syncRequestId,
    comment: 'because',
    mode: 'FULL' as const,
  };
  return azure.queueSync(PROJECT, sync);
}

/** Reads the run again and again until it is as wanted. */
export const runUntil = ({ azure }: Adapter, buildId: number, isSo: (run: RunObservation) => boolean) =>
  waitFor(`run ${buildId}`, async () => {
    const run = await azure.readRun(PROJECT, buildId);
    return run && isSo(run) ? run : null;
  });

export const isAtGate = (run: RunObservation) => run.approvals.some(({ status }) => status === 'PENDING');
export const isOver = (run: RunObservation) => run.phase === 'FINISHED';
