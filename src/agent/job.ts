/** What a job of Azure Pipelines says about itself in its environment, and how the pipeline's YAML adds to it. */
import { MODE_PARAMETERS, SYNC_MODES, type SyncMode } from '../pipeline/contract.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export type ServicePrincipal = {
  clientId: string;
  /** `certificate`: a PEM file with the certificate and its private key. `oidc`: Entra trusts the job's own token. */
  proof: { kind: 'secret'; secret: string } | { kind: 'certificate'; file: string } | { kind: 'oidc' };
};

export type Job = {
  buildId: number;
  mode: SyncMode;
  /** `https://dev.azure.com/contoso`, without a trailing slash. */
  organizationUrl: string;
  /** Name or id. */
  project: string;
  repositoryId: string;
  /** The API's own id of the run; null where the run was not started through it. */
  syncRequestId: string | null;
  /** The commit of the run's own branch: its `tenant.json` says which tenant this is. */
  sourceVersion: string;
  /** The job's own token for Azure DevOps. A secret. */
  accessToken: string;
  oidcRequestUrl: string;
  serviceConnectionId: string;
  /** Where credentials are asked for. */
  apiUrl: string;
  graphUrl: string;
  entraUrl: string;
  /** The tenant's own application; null: the API gives the credential. */
  servicePrincipal: ServicePrincipal | null;
  /** Types that a deployment may delete though they are kept by default. */
  mayDelete: ReadonlySet<string>;
  /** Where files lie until the agent has uploaded them. */
  temporaryFolder: string;
};

const ADDED_BY_YAML = 'the steps of the reference pipeline set it';
const REQUIRED = {
  SYSTEM_ACCESSTOKEN: 'map $(System.AccessToken) to it in the step',
  SYSTEM_COLLECTIONURI: 'Azure Pipelines sets it',
  SYSTEM_TEAMPROJECTID: 'Azure Pipelines sets it',
  SYSTEM_OIDCREQUESTURI: 'Azure Pipelines sets it',
  BUILD_BUILDID: 'Azure Pipelines sets it',
  BUILD_REPOSITORY_ID: 'Azure Pipelines sets it',
  BUILD_SOURCEVERSION: 'Azure Pipelines sets it',
  AZURESUBSCRIPTION_SERVICE_CONNECTION_ID: 'the task AzureCLI@2 sets it, for the connection that it names',
  TENANT_SYNC_API: ADDED_BY_YAML,
} as const;
type Name = keyof typeof REQUIRED;
/** Where tokens and secrets are sent. */
const TOLD_SECRETS = [
  'SYSTEM_COLLECTIONURI',
  'SYSTEM_OIDCREQUESTURI',
  'TENANT_SYNC_API',
  'TENANT_SYNC_ENTRA',
] as const;

/** Throws one error that names everything that is missing or wrong. */
export function readJob(environment: Environment): Job {
  const problems: string[] = [];
  const text = (name: Name): string => {
    const value = environment[name]?.trim() ?? '';
    if (value === '') problems.push(`${name} is not set: ${REQUIRED[name]}.`);
    return value;
  };
  const job: Job = {
    buildId: Number(text('BUILD_BUILDID')),
    mode: modeOf(environment, problems),
    organizationUrl: text('SYSTEM_COLLECTIONURI').replace(/\/+$/, ''),
    project: text('SYSTEM_TEAMPROJECTID'),
    syncRequestId: environment.TENANT_SYNC_REQUEST?.trim() || null,
    repositoryId: text('BUILD_REPOSITORY_ID'),
    sourceVersion: text('BUILD_SOURCEVERSION'),
    accessToken: text('SYSTEM_ACCESSTOKEN'),
    oidcRequestUrl: text('SYSTEM_OIDCREQUESTURI'),
    serviceConnectionId: text('AZURESUBSCRIPTION_SERVICE_CONNECTION_ID'),
    apiUrl: text('TENANT_SYNC_API').replace(/\/+$/, ''),
    graphUrl: environment.TENANT_SYNC_GRAPH || 'https://graph.microsoft.com/v1.0',
    entraUrl: environment.TENANT_SYNC_ENTRA || 'https://login.microsoftonline.com',
    servicePrincipal: servicePrincipalOf(environment, problems),
    mayDelete: new Set(listOf(environment.TENANT_SYNC_MAY_DELETE)),
    temporaryFolder: environment.AGENT_TEMPDIRECTORY || '.',
  };
  if (!Number.isInteger(job.buildId)) problems.push('BUILD_BUILDID is not the number of a run.');
  for (const name of TOLD_SECRETS) {
    const address = environment[name];
    if (address && !isSafe(address))
      problems.push(`${name} is ${address}: a token goes there, so use https.`);
  }
  if (problems.length > 0) throw new Error(`This is no job that can sync a tenant.\n${problems.join('\n')}`);
  return job;
}

function modeOf(
  { TENANT_SYNC_MODE: word = MODE_PARAMETERS.FULL }: Environment,
  problems: string[],
): SyncMode {
  const mode = SYNC_MODES.find((candidate) => MODE_PARAMETERS[candidate] === word);
  if (mode) return mode;
  problems.push(`TENANT_SYNC_MODE is "${word}": use ${Object.values(MODE_PARAMETERS).join(', ')}.`);
  return 'PREVIEW_ONLY';
}

function servicePrincipalOf(environment: Environment, problems: string[]): ServicePrincipal | null {
  const text = (name: string) => environment[name]?.trim() ?? '';
  const clientId = text('TENANT_SYNC_CLIENT_ID');
  const secret = text('TENANT_SYNC_CLIENT_SECRET');
  const file = text('TENANT_SYNC_CLIENT_CERTIFICATE_FILE');
  if (secret !== '' && file !== '')
    problems.push('TENANT_SYNC_CLIENT_SECRET and TENANT_SYNC_CLIENT_CERTIFICATE_FILE are both set: use one.');
  if (clientId === '' && (secret !== '' || file !== ''))
    problems.push(
      'TENANT_SYNC_CLIENT_ID is not set: name the application whose secret or certificate it is.',
    );
  if (clientId === '') return null;
  if (file !== '') return { clientId, proof: { kind: 'certificate', file } };
  return { clientId, proof: secret === '' ? { kind: 'oidc' } : { kind: 'secret', secret } };
}

const listOf = (text = '') =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Plain HTTP only on this machine. */
function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}
