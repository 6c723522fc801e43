import type { Logger } from '../lib/logger.ts';
import { AzureDevOpsHttp } from './azure-devops-http.ts';
import type { TokenSource } from './token-source.ts';

/** The service's own doors: one for each organisation, shared by all that ask it. */
export type Doors = { to(organizationUrl: string): AzureDevOpsHttp };

export type DoorOptions = {
  tokens: TokenSource;
  logger: Logger;
  /** For one request, in all 60 s by default. */
  deadlineMs?: number;
};

export function createDoors(options: DoorOptions): Doors {
  const doors = new Map<string, AzureDevOpsHttp>();
  return {
    to(given) {
      const organizationUrl = given.replace(/\/+$/, '');
      const door = doors.get(organizationUrl) ?? new AzureDevOpsHttp({ ...options, organizationUrl });
      doors.set(organizationUrl, door);
      return door;
    },
  };
}
