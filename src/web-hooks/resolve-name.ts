import { lookup, type LookupAddress, promises } from 'node:dns';
import { promisify } from 'node:util';

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

/** As this machine does, with its hosts file: for the sandbox. */
export const resolveHere: Resolve = (hostname) => promisify(lookup)(hostname, { all: true });

const ASK_AGAIN_AFTER_MS = 3_000;
const TRIES = 2;

/**
 * Asks name servers itself. The usual way takes one of the few threads that the whole process has for files and names,
 * for as long as a name server is silent: a few dead hooks would stop everything else.
 */
export function createResolve(servers?: readonly string[]): Resolve {
  const resolver = new promises.Resolver({ timeout: ASK_AGAIN_AFTER_MS, tries: TRIES });
  if (servers) resolver.setServers(servers);
  return async (hostname) => {
    const asked = [resolver.resolve4(hostname), resolver.resolve6(hostname)] as const;
    const [four, six] = await Promise.allSettled(asked);
    const found = [...addressesOf(four, 4), ...addressesOf(six, 6)];
    if (found.length === 0 && four.status === 'rejected') throw four.reason;
    return found;
  };
}

const addressesOf = (answer: PromiseSettledResult<string[]>, family: 4 | 6): LookupAddress[] =>
  answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : [];
