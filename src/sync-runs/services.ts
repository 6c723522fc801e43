import type { Db } from '../database/database.ts';
import type { AzureDevOps, ProjectRef } from '../azure-devops/port.ts';
import type { TenantSignIn } from '../azure-devops/sign-in.ts';
import type { Seal } from '../lib/seal.ts';
import type { Logger } from '../lib/logger.ts';
import type { Settings } from './settings.ts';

/** What operations, jobs and the poller work with: built once when the program starts. */
export type Services = {
  db: Db;
  azure: AzureDevOps;
  signIn: TenantSignIn;
  seal: Seal;
  settings: Settings;
  /** Asks the poller for a look at the project now, and at that run: something was just done there. */
  lookSoon(project: ProjectRef, buildId?: number | null): void;
  logger: Logger;
};
