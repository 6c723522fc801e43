import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { createPost, type PostOptions } from '../../src/web-hooks/post.ts';
import { type Resolve, resolveHere } from '../../src/web-hooks/resolve-name.ts';
import { newSecret, signedHeaders } from '../../src/web-hooks/signature.ts';
import { ANYWHERE, PUBLIC_ONLY, type Reach } from '../../src/web-hooks/target-address.ts';
import { startReceiver } from '../support/web-hook-receiver.ts';

const MESSAGE = { id: 'evt_1', body: '{"type":"X","data":{}}' };
const post = (url: string, options: Partial<PostOptions> = {}, secrets = [newSecret()]) =>
  createPost({ reach: ANYWHERE, resolve: resolveHere, withinMs: 20_000, ...options })(url, {
    headers: signedHeaders(MESSAGE, secrets, new Date()),
    body: MESSAGE.body,
  });

/** Answers each question with the next address. */
function resolver(...addresses: string[]): Resolve & { asked: number } {
  const resolve = () => {
    const address = addresses[Math.min(resolve.asked, addresses.length - 1)] ?? '';
    resolve.asked += 1;
    return Promise.resolve([{ address, family: 4 }]);
  };
  resolve.asked = 0;
  return resolve;
}

test('A message is signed with every secret that works, as the verifier of Standard Webhooks has it', async () => {
  const secrets = [newSecret(), newSecret()];
  await using receiver = await startReceiver();
  for (const secret of secrets) {
    receiver.trust(secret);
    expect(await post(receiver.url, {}, secrets)).toEqual({ status: 204, error: null, retryAfterMs: null });
  }
  receiver.trust(newSecret());
  expect(await post(receiver.url, {}, secrets)).toMatchObject({ status: 401 });
  const { headers = {}, body = '' } = receiver.received[0] ?? {};
  expect(() => new Webhook(secrets[0] ?? '').verify(`${body} `, headers as Record<string, string>)).toThrow();
  expect(headers['content-type']).toContain('application/json');
});

test('A name that leads to an address of ours is refused before anything is sent', async () => {
  await using receiver = await startReceiver();
  const url = `http://localhost:${receiver.port}/hook`;
  const reach: Reach = { ...PUBLIC_ONLY, mayUseHttp: true };
  const answer = await post(url, { reach });
  expect(answer.error).toMatch(/localhost leads to (127\.0\.0\.1|::1), which is not a public address/);
  expect((await post(receiver.url, { reach })).error).toContain('127.0.0.1 is not a public address');
  expect((await post(receiver.url, { reach: PUBLIC_ONLY })).error).toContain('https://');
  const mixed = () =>
    Promise.resolve([
      { address: '8.8.8.8', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ]);
  expect((await post(url, { reach, resolve: mixed })).error).toContain('leads to 127.0.0.1');
  expect(receiver.received).toEqual([]);
});

test('The address that was checked is the one that is connected to, whatever the name means a moment later', async () => {
  await using good = await startReceiver({ host: '127.0.0.2' });
  const reach: Reach = { mayUseHttp: true, mayConnectTo: (address) => address === '127.0.0.2' };
  const resolve = resolver('127.0.0.2', '127.0.0.1');
  const url = `http://rebinding.example:${good.port}/hook`;
  expect(await post(url, { reach, resolve })).toMatchObject({ status: 204 });
  expect(resolve.asked).toBe(1);
  expect(good.received).toHaveLength(1);
  // The next message asks again, and is refused: no connection is kept from the time when it was allowed.
  expect((await post(url, { reach, resolve })).error).toContain('leads to 127.0.0.1');
});

test('A redirect is not followed', async () => {
  await using elsewhere = await startReceiver();
  await using receiver = await startReceiver();
  receiver.answer((response) => response.writeHead(307, { location: elsewhere.url }).end());
  expect(await post(receiver.url)).toMatchObject({
    status: 307,
    error: expect.stringContaining('not followed') as string,
  });
  expect(elsewhere.received).toEqual([]);
});

test('A receiver that does not answer is given up, and one that never stops is not read to its end', async () => {
  await using receiver = await startReceiver();
  receiver.answer(() => undefined);
  expect((await post(receiver.url, { withinMs: 200 })).error).toBe('There was no answer within 0.2 s.');
  let written = 0;
  receiver.answer((response) => {
    response.writeHead(200);
    const more = () => {
      for (let room = true; room && !response.destroyed; written += 1)
        room = response.write('x'.repeat(65_536));
    };
    response.on('drain', more);
    more();
  });
  expect(await post(receiver.url)).toMatchObject({ status: 200, error: null });
  expect(written).toBeLessThan(1_000);
  expect((await post('http://127.0.0.1:1/')).error).toContain('ECONNREFUSED');
});

test('The time that a 429 or 503 names is read, as seconds and as a date', async () => {
  await using receiver = await startReceiver();
  receiver.answer((response) => response.writeHead(429, { 'retry-after': '120' }).end());
  expect(await post(receiver.url)).toMatchObject({ status: 429, retryAfterMs: 120_000 });
  const date = new Date(Date.now() + 3_600_000).toUTCString();
  receiver.answer((response) => response.writeHead(503, { 'retry-after': date }).end());
  expect((await post(receiver.url)).retryAfterMs).toBeGreaterThan(3_500_000);
  receiver.answer((response) => response.writeHead(500, { 'retry-after': '120' }).end());
  expect((await post(receiver.url)).retryAfterMs).toBeNull();
});

test('Over TLS the certificate has to fit the name, while the checked address is connected to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-sync-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=hooks.example', '-addext', 'subjectAltName=DNS:hooks.example'],
    ...['-keyout', key, '-out', cert],
  ]);
  expect(made.status).toBe(0);
  const tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
  await using receiver = await startReceiver({ tls });
  const reach: Reach = { mayUseHttp: false, mayConnectTo: () => true };
  const resolve = resolver('127.0.0.1');
  const trusting = { reach, resolve, ca: tls.cert };
  expect(await post(`https://hooks.example:${receiver.port}/`, trusting)).toMatchObject({ status: 204 });
  expect((await post(`https://other.example:${receiver.port}/`, trusting)).error).toContain('other.example');
  expect((await post(`https://hooks.example:${receiver.port}/`, { reach, resolve })).error).toContain(
    'self-signed',
  );
  expect(receiver.received).toHaveLength(1);
});
