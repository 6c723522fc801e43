import { expect, test } from 'vitest';
import { ANYWHERE, isPublicAddress, problemOfUrl, PUBLIC_ONLY } from '../../src/web-hooks/target-address.ts';

const FORBIDDEN = {
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  'loopback or unspecified': ['127.0.0.1', '127.8.8.8', '0.0.0.0', '::1', '::'],
  'link-local, with the metadata service': ['169.254.169.254', 'fe80::1', 'febf::1'],
  'unique-local': ['fc00::1', 'fd12:3456::1'],
  'of a carrier': ['100.64.0.1', '100.127.255.255'],
  'multicast or broadcast': ['224.0.0.1', '239.1.1.1', '255.255.255.255', 'ff02::1'],
  'mapped or translated': ['::ffff:10.0.0.1', '::ffff:8.8.8.8', '64:ff9b::a00:1', '2002:a00:1::', '2001::1'],
  'for documentation, tests or protocols': [
    '192.0.2.1',
    '198.18.0.1',
    '203.0.113.9',
    '2001:db8::1',
    '192.0.0.8',
  ],
};

test.each(Object.entries(FORBIDDEN))('An address that is %s is none of theirs', (_kind, addresses) => {
  expect(addresses.filter(isPublicAddress)).toEqual([]);
});

test('Public addresses may be reached, and what is no address may not', () => {
  const open = [
    '8.8.8.8',
    '172.15.0.1',
    '172.32.0.1',
    '100.63.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '2a00::1',
  ];
  expect(open.filter((address) => !isPublicAddress(address))).toEqual([]);
  expect(['', 'localhost', '10.1', '8.8.8.8.8'].filter(isPublicAddress)).toEqual([]);
});

test.each([
  ['http://example.com/', 'https://'],
  ['ftp://example.com/', 'https://'],
  ['not an address', 'like https://'],
  [`https://example.com/${'a'.repeat(2_000)}`, 'at most 2000'],
  ['https://user:secret@example.com/', 'user name'],
  ['https://example.com/#here', 'behind #'],
  // In every way of writing that a URL knows.
  ['https://127.0.0.1/', '127.0.0.1'],
  ['https://2130706433/', '127.0.0.1'],
  ['https://0x7f.1/', '127.0.0.1'],
  ['https://0177.0.0.1/', '127.0.0.1'],
  ['https://[::ffff:169.254.169.254]/', 'not a public address'],
  ['https://[fd00::1]/', 'fd00::1'],
])('%s is refused', (url, why) => {
  expect(problemOfUrl(url, PUBLIC_ONLY)).toContain(why);
});

test('An address of the sandbox may be anywhere, one outside is https and public', () => {
  expect(problemOfUrl('http://127.0.0.1:4100/hook', ANYWHERE)).toBeNull();
  expect(problemOfUrl('https://example.com:8443/hook?x=1', PUBLIC_ONLY)).toBeNull();
  expect(problemOfUrl('https://8.8.8.8/', PUBLIC_ONLY)).toBeNull();
});
