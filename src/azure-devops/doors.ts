import type { Logger } from '../lib/logger.ts';
import { AzureDevOpsHttp } from './azure-devops-http.ts';
import type { RequestObserver } from './observe-request.ts';
import { Throttle } from './throttle.ts';
import type { TokenSource } from './token-source.ts';

export type Doors = {
  /** The service's own: one for each organisation, shared by all that ask it. */
  to(organizationUrl: string): AzureDevOpsHttp;
  /** For a few requests as a person, whose limits outlive the token. */
  as(organizationUrl: string, person: { personId: string; accessToken: string }): AzureDevOpsHttp;
};

export type DoorOptions = {
  tokens: TokenSource;
  logger: Logger;
  /** For one request, in all 60 s by default. */
  deadlineMs?: number;
  /** Told of every try. */
  observe?: RequestObserver;
};

/** People whose limits are remembered; Azure names seconds, so whoever was asked longest ago can be forgotten. */
const MOST_PEOPLE = 1_000;

export function createDoors(options: DoorOptions): Doors {
  const throttleOf = createThrottles();
  const doors = new Map<string, AzureDevOpsHttp>();
  return {
    to(given) {
      const organizationUrl = given.replace(/\/+$/, '');
      const door = doors.get(organizationUrl) ?? new AzureDevOpsHttp({ ...options, organizationUrl });
      doors.set(organizationUrl, door);
      return door;
    },
    as: (given, { personId, accessToken }) => {
      const organizationUrl = given.replace(/\/+$/, '');
      return new AzureDevOpsHttp({
        ...options,
        organizationUrl,
        tokens: { authorization: () => Promise.resolve(`Bearer ${accessToken}`) },
        throttle: throttleOf(`${organizationUrl} ${personId}`),
      });
    },
  };
}

function createThrottles(): (key: string) => Throttle {
  const throttles = new Map<string, Throttle>();
  return (key) => {
    const throttle = throttles.get(key) ?? new Throttle();
    throttles.delete(key);
    throttles.set(key, throttle);
    const [oldest] = throttles.keys();
    if (throttles.size > MOST_PEOPLE && oldest !== undefined) throttles.delete(oldest);
    return throttle;
  };
}
