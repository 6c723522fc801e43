/**
 * What the pipeline in Azure DevOps and this API agree on: names, parameters and the shape of everything that is
 * handed over while a run goes on. Both sides import this file, so neither can drift.
 */

export const SYNC_STAGES = ['AUTHENTICATE', 'BACKUP', 'PREVIEW', 'DEPLOY'] as const;
export type SyncStage = (typeof SYNC_STAGES)[number];

/** The YAML identifiers of the stages (`identifier` of a timeline's stage record). */
export const STAGE_IDENTIFIERS = {
  AUTHENTICATE: 'Authenticate',
  BACKUP: 'Backup',
  PREVIEW: 'Preview',
  DEPLOY: 'Deploy',
} as const satisfies Record<SyncStage, string>;

export const SYNC_MODES = ['FULL', 'PREVIEW_ONLY', 'BACKUP_ONLY'] as const;
export type SyncMode = (typeof SYNC_MODES)[number];

/** The pipeline's own words for the parameter `mode`. */
export const MODE_PARAMETERS = {
  FULL: 'full',
  PREVIEW_ONLY: 'preview',
  BACKUP_ONLY: 'backup',
} as const satisfies Record<SyncMode, string>;

/** Template parameters of a run; all are strings on the wire. */
export type SyncParameters = { syncRequestId: string; comment: string; mode: string };

export const DESIRED_BRANCH = 'main';
export const TENANT_STATE_BRANCH = 'tenant-state';
/** `main` with its baseline and its variables filled in, where it has such; only previews write it. */
export const DESIRED_STATE_BRANCH = 'desired-state';

export const PREVIEW_READY_TAG = 'sync-preview-ready';
export const syncRequestTag = (syncRequestId: string) => `sync-${syncRequestId}`;

export const CHANGE_SET_ATTACHMENT = { type: 'tenant-sync.change-set', name: 'change-set.json' } as const;
export const RESULTS_ATTACHMENT = { type: 'tenant-sync.results', name: 'results.json' } as const;
export const ERROR_ATTACHMENT = { type: 'tenant-sync.error', name: 'error.json' } as const;

/** Above this size the attachment holds no changes and names a pipeline artifact that does. */
export const ATTACHMENT_LIMIT_BYTES = 1024 * 1024;
export const CHANGE_SET_ARTIFACT = 'tenant-sync-change-set';

export const CHANGE_KINDS = ['ADDED', 'CHANGED', 'REMOVED'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** One changed file, without its contents: those are read from Git at the two commits. */
export type ChangeEntry = { kind: ChangeKind; configurationType: string; path: string; displayName: string };

export type ChangeSetAttachment = {
  version: 1;
  tenantStateSha: string;
  /** A commit of `main`, or of `desired-state` where `main` alone does not say it all. */
  desiredSha: string;
  /** The commit of `main` that was previewed; absent where it is `desiredSha`. */
  mainSha?: string;
  digest: string;
  /** Absent when `artifact` names where the list lies. */
  changes?: ChangeEntry[];
  artifact?: string;
};

export const CHANGE_RESULTS = ['APPLIED', 'SKIPPED', 'FAILED'] as const;
export type ChangeResultWord = (typeof CHANGE_RESULTS)[number];
export type ChangeResult = { path: string; result: ChangeResultWord; error?: string };
export type ResultsAttachment = { version: 1; digest: string; results: ChangeResult[] };

/** The error that ended a stage, whole; the timeline issue carries its first line and the code. */
export type ErrorAttachment = { version: 1; code: string; message: string; stage: SyncStage };

/** Codes that the pipeline itself gives to an error, and that mean something to the API. */
export const PIPELINE_ERROR_CODES = {
  authenticationExpired: 'AUTHENTICATION_EXPIRED',
  digestDiffers: 'DIGEST_DIFFERS',
  changesFailed: 'CHANGES_FAILED',
  tenantUnavailable: 'TENANT_UNAVAILABLE',
} as const;

/** Parts of the defaults by which a tenant is found in its project. */
export const DEFAULT_NAMES = {
  pipelineOf: (repository: string) => `${repository} - Sync`,
  environmentOf: (repository: string) => repository,
  serviceConnectionOf: (repository: string) => `${repository}-sync`,
  pipelineFile: '/azure-pipelines.yml',
  tenantFile: '/tenant.json',
} as const;

export const TENANT_AUTHENTICATIONS = ['application', 'delegated'] as const;
export type TenantAuthentication = (typeof TENANT_AUTHENTICATIONS)[number];

/** `tenant.json` at the root of a tenant's repository: what the project cannot say about the tenant. */
export type TenantFile = {
  displayName: string;
  /** The default domain, `contoso.onmicrosoft.com`. */
  domain?: string;
  /** The Entra directory (tenant) id that a sign-in must belong to. */
  directoryId: string;
  backupOnly?: boolean;
  /** false: it has a baseline, and takes nothing from it. */
  takesBaseline?: boolean;
  /** Values of `${ResourceContext:<name>}` in its files and its baseline's. */
  variables?: Record<string, string>;
  /**
   * `application`: the API's own app may act in the directory, nobody signs in. `delegated`: a person signs in by
   * device code, and the refresh token is kept. Absent means `delegated`.
   */
  authentication?: TenantAuthentication;
};

/** Body of `POST /pipeline/credentials`; the job's OIDC token is the bearer of the request. */
export type CredentialRequest = {
  buildId: number;
  stage: SyncStage;
  /** The tenant's own application signs in: no access token is wanted, and nobody has to sign in for one. */
  signsInItself?: boolean;
};

/** 200 to a job that signs in itself. */
export type DigestGranted = {
  /** Base64 key under which sensitive values enter the digest; the same for every run of a tenant. */
  digestKey: string;
  /** In stage DEPLOY: the digest that was approved through the API, null when the gate was answered elsewhere. */
  approvedDigest: string | null;
};
/** 200: the job may go on. Never holds a refresh token. */
export type CredentialGranted = DigestGranted & {
  accessToken: string;
  /** RFC 3339. */
  expiresAt: string;
};
/** 202: somebody has to sign in first; ask again after `retryAfterSeconds`. */
export type CredentialPending = { retryAfterSeconds: number; windowEndsAt: string };
/** 410 (the window closed), and every other refusal. */
export type CredentialRefused = { code: string; message: string };
