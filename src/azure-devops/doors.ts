import type { Logger } from '../lib/logger.ts';
import { AzureDevOpsHttp } from './azure-devops-http.ts';
import type { RequestObserver } from './observe-request.ts';
import type { TokenSource } from './token-source.ts';

export type Doors = {
  /** The service's own: one for each organisation, shared by all that ask it. */
  to(organizationUrl: string): AzureDevOpsHttp;
  /** For a few requests as a person. */
  as(organizationUrl: string, accessToken: string): AzureDevOpsHttp;
};

export type DoorOptions = {
  tokens: TokenSource;
  logger: Logger;
  /** For one request, in all 60 s by default. */
  deadlineMs?: number;
  /** Told of every try. */
  observe?: RequestObserver;
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
    as: (given, accessToken) =>
      new AzureDevOpsHttp({
        ...options,
        organizationUrl: given.replace(/\/+$/, ''),
        tokens: { authorization: () => Promise.resolve(`Bearer ${accessToken}`) },
      }),
  };
}
