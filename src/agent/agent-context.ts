/** What the code of a stage is given on an agent. */
import { type CredentialGranted, DEFAULT_NAMES, type SyncStage } from '../pipeline/contract.ts';
import { renewedTokens } from '../pipeline/access-tokens.ts';
import { createGraphConnection } from '../pipeline/graph/graph-connection.ts';
import { isJsonObject, type Json } from '../pipeline/canonical-json.ts';
import { StageError, type StageContext } from '../pipeline/stage.ts';
import { agentReport } from './agent-report.ts';
import { azureRepository, readFileAt, type RepositoryPlace } from './azure-repository.ts';
import { askForCredential, askForDigest, type Patience } from './credential.ts';
import type { Job } from './job.ts';
import { readAttachment } from './read-attachment.ts';
import { readInheritance } from './tenant-inheritance.ts';
import { principalToken } from './service-principal.ts';

export type AgentSurroundings = {
  write: (line: string) => void;
  patience: Patience;
  signal: AbortSignal;
};

export async function agentContext(
  job: Job,
  surroundings: AgentSurroundings,
  isWhatIf = false,
): Promise<StageContext> {
  const { write, patience, signal } = surroundings;
  const { organizationUrl, accessToken, project, repositoryId: repository, buildId } = job;
  const access = { organizationUrl, accessToken, signal };
  const place = { ...access, project, repository };
  const report = agentReport({ write, temporaryFolder: job.temporaryFolder });
  const files = azureRepository(place);
  const directoryId = await readDirectoryId(place, job);
  const { servicePrincipal } = job;
  const credential = async (stage: SyncStage): Promise<CredentialGranted> => {
    const question = { job, stage, report, patience, signal };
    if (!servicePrincipal) return askForCredential(question);
    const digest = await askForDigest(question);
    return { ...digest, ...(await principalToken(job, servicePrincipal, { directoryId, signal })) };
  };
  return {
    buildId,
    mode: job.mode,
    isWhatIf,
    repository: files,
    inheritanceAt: (mainSha) => readInheritance(place, files, mainSha),
    connect: (stage, granted) =>
      createGraphConnection({
        ...{ tokens: renewedTokens(granted, () => credential(stage)), directoryId, signal },
        ...{ baseUrl: job.graphUrl, mayDelete: job.mayDelete, log: (line: string) => report.log(line) },
      }),
    credential,
    report,
    readAttachment: (type, name) => readAttachment(access, { project, buildId, type, name }),
    signal,
  };
}

/** As the run's own commit says it. The connection compares it with the directory that the token is for. */
async function readDirectoryId(place: RepositoryPlace, { sourceVersion }: Job): Promise<string> {
  const path = DEFAULT_NAMES.tenantFile;
  const text = await readFileAt(place, sourceVersion, path);
  const { directoryId } = objectIn(text);
  if (typeof directoryId === 'string' && directoryId !== '') return directoryId;
  throw new StageError(
    'TENANT_FILE',
    `${path} of this repository does not say which tenant it is: add {"displayName": …, "directoryId": …} on the branch "main" and start another sync.`,
  );
}

function objectIn(text: string | null) {
  try {
    const value = JSON.parse((text ?? 'null').replace(/^\uFEFF/, '')) as Json;
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
