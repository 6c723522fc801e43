/** Pure: where web hooks may be sent to. The rest of the network that this program stands in is none of theirs. */
import { BlockList, isIP } from 'node:net';

/** What a target must keep to. Outside the sandbox nothing but PUBLIC_ONLY is used. */
export type Reach = {
  mayUseHttp: boolean;
  /** Asked for the very address that is connected to. */
  mayConnectTo: (address: string) => boolean;
};

export const ANYWHERE: Reach = { mayUseHttp: true, mayConnectTo: () => true };
export const PUBLIC_ONLY: Reach = { mayUseHttp: false, mayConnectTo: isPublicAddress };

/** IANA's special-purpose IPv4 ranges, multicast and what is reserved. */
const SPECIAL_IPV4: readonly [string, number][] = [
  ...pairs('0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'),
  ...pairs('192.0.0.0/24', '192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24'),
  ...pairs('192.168.0.0/16', '192.175.48.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'),
  ...pairs('224.0.0.0/4', '240.0.0.0/4'),
];
/**
 * Of IPv6 only global unicast is public at all: so link-local, unique-local, multicast, loopback, IPv4-mapped and
 * NAT64 addresses are not. Within it, these lead elsewhere: IETF protocols with Teredo, 6to4, documentation.
 */
const GLOBAL_UNICAST = listOf('ipv6', pairs('2000::/3'));
const SPECIAL_IPV6 = listOf('ipv6', pairs('2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'));
const SPECIAL = listOf('ipv4', SPECIAL_IPV4);

export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !SPECIAL.check(address, 'ipv4');
    case 6:
      return GLOBAL_UNICAST.check(address, 'ipv6') && !SPECIAL_IPV6.check(address, 'ipv6');
    default:
      return false;
  }
}

const LONGEST_URL = 2_000;

/** Why the text cannot be a web hook's address; null when it can. Names are looked up only when connecting. */
export function problemOfUrl(text: string, { mayUseHttp, mayConnectTo }: Reach): string | null {
  const url = URL.parse(text);
  if (!url || text.length > LONGEST_URL)
    return `It must be an address of at most ${LONGEST_URL} characters, like https://example.com/hook.`;
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && mayUseHttp))
    return 'It must begin with https://: events are sent over TLS only.';
  if (url.username !== '' || url.password !== '')
    return 'It must not hold a user name or a password: the signature says who sends.';
  if (url.hash !== '') return 'It must not have a part behind #: that is never sent.';
  const literal = literalAddress(url.hostname);
  if (literal !== null && !mayConnectTo(literal)) return `${literal} is not a public address.`;
  return null;
}

/** The address that a URL's host is itself; null when it is a name. */
export function literalAddress(hostname: string): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? null : bare;
}

function pairs(...ranges: string[]): [string, number][] {
  return ranges.map((range) => {
    const [network = '', length = ''] = range.split('/');
    return [network, Number(length)];
  });
}

function listOf(family: 'ipv4' | 'ipv6', ranges: readonly [string, number][]): BlockList {
  const list = new BlockList();
  for (const [network, length] of ranges) list.addSubnet(network, length, family);
  return list;
}
