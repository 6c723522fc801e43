/**
 * What the code of a stage is given, on a real agent and in the sandbox alike: a tenant, a repository, a way to
 * get the tenant's credential, and somewhere to report to.
 */
import type { Inheritance } from './inheritance.ts';
import type { CredentialGranted, SyncMode, SyncStage } from './contract.ts';

/** One object of a tenant's configuration, already in canonical form (server-made properties are stripped). */
export type ConfigurationObject = {
  configurationType: string;
  displayName: string;
  /** Properties as they stand in the file; keys that start with `$` are metadata. */
  properties: Record<string, unknown>;
};

/** "A tenant". Objects are named by configuration type and display name. */
export type TenantConnection = {
  readAll(): Promise<ConfigurationObject[]>;
  /** The object as it is now, asked anew; null when there is none. */
  read(configurationType: string, displayName: string): Promise<ConfigurationObject | null>;
  create(object: ConfigurationObject): Promise<void>;
  update(object: ConfigurationObject): Promise<void>;
  remove(configurationType: string, displayName: string): Promise<void>;
};

/** "A repository": whole files by path, and commits that succeed only on the head they were made for. */
export type Repository = {
  head(branch: string): Promise<string | null>;
  readFiles(commit: string): Promise<Map<string, string>>;
  /** null content removes the file. Returns the new commit, or null when the branch moved meanwhile. */
  commit(change: {
    branch: string;
    expectedHead: string | null;
    message: string;
    files: Map<string, string | null>;
  }): Promise<string | null>;
};

/** How a stage makes itself heard while it runs. */
export type Reporter = {
  log(line: string): void;
  progress(percent: number, what: string): void;
  /** A timeline issue. */
  error(code: string, message: string): void;
  attach(attachment: { type: string; name: string; content: string }): Promise<void>;
  publishArtifact(name: string, files: Map<string, string>): Promise<void>;
  addTag(tag: string): Promise<void>;
};

export type StageContext = {
  buildId: number;
  mode: SyncMode;
  /** Says what would be done, and writes nothing: no commit, no attachment, nothing to the tenant. */
  isWhatIf: boolean;
  repository: Repository;
  /** What the tenant takes from others, as that commit of `main` says it. */
  inheritanceAt: (mainSha: string) => Promise<Inheritance>;
  /** Goes on working when the credential ends: the stage's next one is asked for then. */
  connect(stage: SyncStage, granted: CredentialGranted): TenantConnection;
  /** Asks the API until it answers with a credential; throws StageError when the sign-in window closed. */
  credential(stage: SyncStage): Promise<CredentialGranted>;
  report: Reporter;
  /** What an earlier stage of this run attached, of the newest attempt; null when there is none. */
  readAttachment(type: string, name: string): Promise<string | null>;
  signal: AbortSignal;
};

/** What later stages' conditions ask for. */
export type StageOutcome = { succeeded: true; changesNeeded?: boolean; withIssues?: boolean };

/** Ends a stage as failed. `code` is one of the contract's or a provider's own. */
export class StageError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
