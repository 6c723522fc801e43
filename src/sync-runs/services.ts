import type { Db } from '../database/database.ts';
import type { AzureDevOps, ProjectRef } from '../azure-devops/port.ts';
import type { TenantSignIn } from '../azure-devops/sign-in.ts';
import type { Seal } from '../lib/seal.ts';
import type { Logger } from '../lib/logger.ts';
import type { SignInDesk } from './sign-in-desk.ts';

/** Deadlines and addresses that operations need; all from the configuration. */
export type Settings = {
  signInWindowMs: number;
  /** A tenant is stale when Azure could not be asked for longer. */
  staleAfterMs: number;
  /** Where browsers and pipelines reach this API, without a trailing slash. */
  publicUrl: string;
};

/** What operations, jobs and the poller work with: built once when the program starts. */
export type Services = {
  db: Db;
  azure: AzureDevOps;
  signIn: TenantSignIn;
  /** Where this process waits for sign-ins. */
  desk: SignInDesk;
  seal: Seal;
  settings: Settings;
  /** Asks the poller for a look at the project now: something was just done there. */
  lookSoon(project: ProjectRef): void;
  logger: Logger;
};
