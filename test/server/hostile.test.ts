/** What attackers send is refused, cheaply: each attack's cost is printed as a ratio to a harmless request of the same run. */
import { connect } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/lib/ids.ts';
import { type Api, keyOf, type Problem, startApi } from '../support/api.ts';
import { hostileBodies, hostileDocuments } from '../support/attacks.ts';
import { LANES } from '../support/lanes.ts';

const bomb = new Uint8Array(gzipSync(Buffer.alloc(50 * 1024 * 1024, 0x20)));
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

type Sent = { status: number; errors: Problem[]; text: string; headers: Headers };

describe.each(LANES)('In $lane', ({ lane, options }) => {
  let api: Api;
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const costs: { attack: string; ratio: number }[] = [];
  let harmlessMs = 0;
  let heapBefore = 0;

  beforeAll(async () => {
    api = await startApi({ graphiql: false, receiveWithinMs: 500, ...options });
    for (let round = 0; round < 30; round++) await harmless();
    const taken: number[] = [];
    for (let round = 0; round < 30; round++) taken.push(await harmless());
    harmlessMs = median(taken);
    heapBefore = process.memoryUsage().rss;
    delay.enable();
  });
  afterAll(async () => {
    delay.disable();
    const grown = (process.memoryUsage().rss - heapBefore) / 1024 / 1024;
    console.log(
      [
        `In ${lane} a harmless request took ${harmlessMs.toFixed(2)} ms. Attacks, as multiples of it:`,
        ...costs.map(({ attack, ratio }) => `  ${ratio.toFixed(1).padStart(7)} × ${attack}`),
        `The event loop (of server and attackers) waited ${(delay.max / 1e6).toFixed(0)} ms at most, ${(delay.percentile(99) / 1e6).toFixed(0)} ms in 99 %; memory grew by ${grown.toFixed(0)} MB.`,
      ].join('\n'),
    );
    await api[Symbol.asyncDispose]();
  });

  async function harmless(): Promise<number> {
    const begun = performance.now();
    expect((await send({ query: '{ viewer { __typename } }' })).errors).toEqual([]);
    return performance.now() - begun;
  }

  async function send(
    body: string | Uint8Array<ArrayBuffer> | object,
    headers: Record<string, string> = {},
  ): Promise<Sent> {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${keyOf('viewer')}`, ...headers },
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const errors = text.startsWith('{') ? ((JSON.parse(text) as { errors?: Problem[] }).errors ?? []) : [];
    return { status: response.status, errors, text, headers: response.headers };
  }

  for (const [attack, document, says] of hostileDocuments) {
    test(`A document is refused for ${attack}`, async () => {
      const { errors } = await measured(attack, () => send({ query: document }));
      expect(errors[0]?.message).toMatch(says);
      expect(errors[0]?.extensions?.code).toBeTypeOf('string');
      expect(errors.length).toBeLessThanOrEqual(21);
    });
  }

  for (const [attack, body, status, says] of hostileBodies) {
    test(`A body is refused for ${attack}`, async () => {
      const answer = await measured(attack, () => send(body));
      expect(answer.errors[0]?.message).toMatch(says);
      expect(answer.status).toBe(status);
      expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
    });
  }

  test('A compressed body is refused before it is unpacked', async () => {
    const answer = await measured('a compressed bomb', () => send(bomb, { 'content-encoding': 'gzip' }));
    expect([answer.status, answer.errors[0]?.message]).toEqual([415, expect.stringContaining('Compressed')]);
  });

  test('A body that claims to be short or endless is cut off at 1 MiB', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 64 * 1024;
        controller.enqueue(new Uint8Array(64 * 1024).fill(0x20));
      },
    });
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${keyOf('viewer')}` },
      body: endless,
      duplex: 'half',
    } as RequestInit).catch(() => null);
    expect(response?.status ?? 413).toBe(413);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  test('What a foreign page could send without asking is refused: forms, text, and mutations in addresses', async () => {
    const mutation = `mutation { cancelSync(input: { syncRunId: "${newId('run')}" }) { __typename } }`;
    for (const type of [
      'application/x-www-form-urlencoded',
      'text/plain',
      'multipart/form-data; boundary=x',
      'application/graphql',
      'text/plain; application/json',
      '',
    ]) {
      const { status } = await send(JSON.stringify({ query: mutation }), { 'content-type': type });
      expect([type, status]).toEqual([type, 415]);
    }
    const address = `${api.url}/graphql?query=${encodeURIComponent(mutation)}`;
    const headers = { authorization: `Bearer ${keyOf('admin')}`, accept: 'application/json' };
    expect((await fetch(address, { headers })).status).toBe(405);
  });

  test('Strangers learn nothing of the schema, not even by a suggestion', async () => {
    const { status, text } = await send(
      { query: '{ tenant { idd } __schema { types { name } } }' },
      { authorization: '' },
    );
    expect(status).toBe(401);
    expect(text).not.toMatch(/did you mean|displayName|types/i);
    expect((await send({ query: '{ viewers { roles } }' })).text).toContain('Did you mean');
  });

  async function measured(attack: string, work: () => Promise<Sent>): Promise<Sent> {
    const begun = performance.now();
    const answer = await work();
    costs.push({ attack, ratio: (performance.now() - begun) / harmlessMs });
    expect(answer.status).toBeLessThan(500);
    return answer;
  }

  /** What a connection that sends these bytes, and then nothing, gets until it is closed. */
  function sayAndWait(bytes: string): Promise<string> {
    const { hostname, port } = new URL(api.url);
    return new Promise((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write(bytes));
      let heard = '';
      socket.on('data', (data) => (heard += data.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(heard));
    });
  }

  test('A connection that sends its headers or its body too slowly is closed', async () => {
    const slow = [
      '',
      'POST /graphql HTTP/1.1\r\nHost: x\r\nX-Slow:',
      `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${keyOf('viewer')}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"query":`,
    ];
    const [silent, headers, body] = await Promise.all(slow.map(sayAndWait));
    expect(silent).not.toContain('200 OK');
    expect(headers).toMatch(/^HTTP\/1\.1 408/);
    expect(body).toMatch(/^(HTTP\/1\.1 408|$)/);
  });

  test('Odd requests get a plain answer and never a 500', async () => {
    const line = (first: string, more = '') =>
      `${first}\r\nHost: x\r\nAuthorization: Bearer ${keyOf('viewer')}\r\nConnection: close\r\n${more}\r\n`;
    const odd = [
      line('GET /graphql?query=%E0%A4%A HTTP/1.1'),
      line('GET /graphql?query={viewer{__typename}}&variables=%7B HTTP/1.1'),
      line('GET //evil.example/graphql HTTP/1.1'),
      line('GET http://evil.example/graphql HTTP/1.1'),
      line('GET /runs/run_00000000000000000000000000000000/artifacts/%E0%A4%A HTTP/1.1'),
      line('GET /runs/..%2f..%2fetc/passwd HTTP/1.1'),
      line('PUT /graphql HTTP/1.1'),
      line('POST /graphql HTTP/1.1', 'Content-Type: application/json\r\nContent-Length: 0\r\n'),
      line(
        'POST /graphql HTTP/1.1',
        'Content-Type: application/json\r\nAccept: image/png\r\nContent-Length: 2\r\n',
      ).concat('{}'),
      line('POST /graphql HTTP/1.1', 'Content-Type: application/json\r\nContent-Length: x\r\n'),
      `GET /graphql?query={viewer{__typename}} HTTP/1.1\r\nHost: a b[\r\nAuthorization: Bearer ${keyOf('viewer')}\r\nConnection: close\r\n\r\n`,
      'NONSENSE\r\n\r\n',
    ];
    for (const request of odd) {
      const [status] = (await sayAndWait(request)).split('\r\n', 1);
      expect([request.split('\r\n', 1)[0], status]).toEqual([
        expect.anything(),
        expect.stringMatching(/^HTTP\/1\.1 [2-4]/),
      ]);
    }
  });

  test('Headers over 16 KiB are refused with status 431', async () => {
    expect(
      await sayAndWait(`GET /graphql HTTP/1.1\r\nHost: x\r\nX-Pad: ${'x'.repeat(20_000)}\r\n\r\n`),
    ).toMatch(/^HTTP\/1\.1 431/);
  });

  test('After all that the process holds no more memory than a few of the attacks are large', () => {
    const grownMb = (process.memoryUsage().rss - heapBefore) / 1024 / 1024;
    // About 50 MB are usual; the bomb alone would be as much, and a leak of each attack several times that.
    expect(grownMb).toBeLessThan(300);
  });
});
