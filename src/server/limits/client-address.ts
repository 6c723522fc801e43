import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

/**
 * Whose request it is, as far as addresses tell. Only the last `proxies` entries of X-Forwarded-For were written by
 * proxies of ours; whatever stands before them, anybody could have sent.
 */
export function clientAddress({ socket, headers }: IncomingMessage, proxies: number): string {
  const direct = socket.remoteAddress ?? 'unknown';
  if (proxies === 0) return networkOf(direct);
  const forwarded = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return networkOf(forwarded.at(-proxies) ?? direct);
}

/** One subscriber has a whole /64 of IPv6 addresses. */
function networkOf(address: string): string {
  // Most are IPv4, which is seen sooner than by taking the whole address apart.
  if (!address.includes(':') || address.startsWith('::ffff:') || !isIPv6(address))
    return address.slice(0, 64);
  const [head = '', tail = ''] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const last = tail.split(':').filter((group) => group !== '');
  const zeros = address.includes('::') ? Array<string>(8 - groups.length - last.length).fill('0') : [];
  return [...groups, ...zeros, ...last].slice(0, 4).join(':');
}
