import { CHANGE_SET_ATTACHMENT, ERROR_ATTACHMENT, RESULTS_ATTACHMENT } from '../pipeline/contract.ts';
import type { Logger } from '../lib/logger.ts';
import { createApprovals, type Approvals } from './approvals.ts';
import { changeSetShape, errorShape, readAttachment, resultsShape } from './attachments.ts';
import { cancelRun, findSync, lookAtProject, readRunOf } from './builds.ts';
import type { Doors } from './doors.ts';
import { discoverTenants, type BlobCache } from './discover-tenants.ts';
import type { AzureDevOps, ProjectRef, RepositoryRef } from './port.ts';
import type { ProjectConnection } from './project-connection.ts';
import type { OnBehalfOf } from './on-behalf-of.ts';
import { findPullRequest, openPullRequest } from './pull-requests.ts';
import { pushChanges } from './push-changes.ts';
import { queueSync } from './queue-sync.ts';
import { listFiles, readBlob, readHead, type RepositoryConnection } from './repositories.ts';
import { downloadArtifact, downloadLogs, listArtifacts } from './run-files.ts';

/** `organizationUrl`: `https://dev.azure.com/contoso`. */
export type ConfiguredProject = { organizationUrl: string; organization: string; project: string };

export type AzureDevOpsOptions = {
  projects: ConfiguredProject[];
  doors: Doors;
  /** null: the service has no app registration by which it could act as a person. */
  onBehalfOf: OnBehalfOf | null;
  logger: Logger;
};

type Known = { connection: ProjectConnection; approvals: Approvals; blobs: BlobCache };

/** The port, answered by the configured organisations over HTTP. */
export function createAzureDevOps(options: AzureDevOpsOptions): AzureDevOps {
  const projects = connectAll(options);
  const known = ({ organization, project }: ProjectRef): Known => {
    const found = projects.get(keyOf(organization, project));
    if (!found)
      throw new Error(`The project ${organization}/${project} is not configured: add it to the settings.`);
    return found;
  };
  const at = (ref: ProjectRef) => known(ref).connection;
  const repo = (ref: RepositoryRef): RepositoryConnection => ({ ...at(ref), repositoryId: ref.repositoryId });
  return {
    discoverTenants: async (ref, places = []) =>
      discoverTenants(at(ref), { blobs: known(ref).blobs, places }),
    lookAtProject: async (ref, since) => lookAtProject(at(ref), known(ref).approvals, since),
    readRun: async (ref, build, pending = []) => readRunOf(at(ref), known(ref).approvals, { build, pending }),
    queueSync: async (ref, sync) => queueSync(at(ref), sync),
    findSync: async (ref, pipelineId, syncRequestId) => findSync(at(ref), pipelineId, syncRequestId),
    cancelRun: async (ref, buildId) => cancelRun(at(ref), buildId),
    readApproval: async (ref, approvalId) => known(ref).approvals.find(approvalId),
    exchangeToken: async (assertion) => (await options.onBehalfOf?.(assertion)) ?? null,
    answerGate: async (ref, { asPerson, ...answer }) => {
      const { http, organizationUrl } = at(ref);
      const door = asPerson ? options.doors.as(organizationUrl, asPerson) : http;
      return known(ref).approvals.answer(door, answer);
    },

    readChangeSet: async (ref, buildId) =>
      readAttachment(at(ref), { buildId, ...CHANGE_SET_ATTACHMENT }, changeSetShape),
    readResults: async (ref, buildId) =>
      readAttachment(at(ref), { buildId, ...RESULTS_ATTACHMENT }, resultsShape),
    readError: async (ref, buildId) => readAttachment(at(ref), { buildId, ...ERROR_ATTACHMENT }, errorShape),
    listArtifacts: async (ref, buildId) => listArtifacts(at(ref), buildId),
    downloadLogs: async (ref, buildId) => downloadLogs(at(ref), buildId),
    downloadArtifact: async (ref, buildId, artifact) => downloadArtifact(at(ref), buildId, artifact),

    readHead: async (ref, branch) => readHead(repo(ref), branch),
    listFiles: async (ref, commit) => listFiles(repo(ref), commit),
    readBlob: async (ref, blobId) => readBlob(repo(ref), blobId),
    pushChanges: async (ref, push) => pushChanges(repo(ref), push),
    openPullRequest: async (ref, request) => openPullRequest(repo(ref), request),
    readPullRequest: async (ref, id) => findPullRequest(repo(ref), id),
  };
}

function connectAll({ projects, doors, logger }: AzureDevOpsOptions): Map<string, Known> {
  return new Map(
    projects.map((configured) => {
      const organizationUrl = configured.organizationUrl.replace(/\/+$/, '');
      const connection = { ...configured, organizationUrl, http: doors.to(organizationUrl), logger };
      const known = { connection, approvals: createApprovals(connection), blobs: new Map<string, string>() };
      return [keyOf(configured.organization, configured.project), known];
    }),
  );
}

const keyOf = (organization: string, project: string) => `${organization}/${project}`;
