import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AzureDevOpsHttp } from '../../src/azure-devops/azure-devops-http.ts';
import { AzureDevOpsError } from '../../src/azure-devops/azure-devops-error.ts';
import { route } from '../../src/azure-devops/ask.ts';
import { readBytes } from '../../src/azure-devops/azure-devops-answer.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { json, serve } from './small-server.ts';

const logger = createLogger('silent', () => {});
const ASK = { what: 'read the thing', path: 'p/_apis/thing' };
const thing = z.object({ name: z.string() });

function door(organizationUrl: string, options: { deadlineMs?: number; tokens?: string[] } = {}) {
  const tokens = options.tokens ?? ['Bearer first'];
  let at = 0;
  return new AzureDevOpsHttp({
    organizationUrl,
    logger,
    retryBaseMs: 10,
    deadlineMs: options.deadlineMs ?? 5_000,
    tokens: {
      authorization: ({ fresh }) => {
        if (fresh) at = Math.min(at + 1, tokens.length - 1);
        return Promise.resolve(tokens[at] ?? '');
      },
    },
  });
}

const refusalOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AzureDevOpsError)) throw new Error(`Expected a refusal, got ${String(error)}`);
  return error;
};

describe('the door to Azure DevOps', () => {
  it('asks with the token, the version and an encoded path', async () => {
    const server = await serve((response) => json(response, 200, { name: 'x', extra: 1 }));
    const path = route`Fleet & Co/_apis/things/${'a/b'}`;
    const query = { $top: 5, state: 'a b', none: undefined };
    expect(await door(`${server.url}/org`).read({ ...ASK, path, query }, thing)).toEqual({ name: 'x' });
    expect(server.seen[0]?.url).toBe('/org/Fleet%20&%20Co/_apis/things/a%2Fb?$top=5&state=a%20b');
    expect(server.seen[0]?.headers).toMatchObject({
      authorization: 'Bearer first',
      accept: 'application/json;api-version=7.1',
    });
  });

  it('keeps its connection', async () => {
    const ports = new Set<number | undefined>();
    const server = await serve((response) => {
      ports.add(response.socket?.remotePort);
      json(response, 200, { name: 'x' });
    });
    const http = door(server.url);
    for (let i = 0; i < 5; i++) await http.read(ASK, thing);
    expect(ports.size).toBe(1);
  });

  it('tells apart what is missing from what is refused', async () => {
    const server = await serve((response) => json(response, 404, { message: 'TF200016: no such project' }));
    const http = door(server.url);
    expect(await http.find(ASK, thing)).toBeNull();
    const error = await refusalOf(http.read(ASK, thing));
    expect(error).toMatchObject({ statusCode: 404, isRetryable: false });
    expect(error.message).toBe(
      'TF200016: no such project (Azure DevOps answered 404 when asked to read the thing.)',
    );
  });

  it('takes an empty answer for nothing', async () => {
    const server = await serve((response) => void response.writeHead(204).end());
    const http = door(server.url);
    expect(await http.find(ASK, thing)).toBeNull();
    expect((await http.list(ASK, thing)).items).toEqual([]);
    expect((await refusalOf(http.read(ASK, thing))).message).toContain('it is empty');
  });

  it.each([
    ['401', 401, 'application/json'],
    ['a sign-in page with 203', 203, 'text/html; charset=utf-8'],
    ['a sign-in page with 200', 200, 'text/html'],
  ])('renews the token once after %s, for writes too', async (_name, status, type) => {
    const server = await serve((response, { headers }) => {
      if (headers.authorization === 'Bearer second') return json(response, 200, { name: 'x' });
      response.writeHead(status, { 'content-type': type }).end('<html>Sign in</html>');
    });
    const http = door(server.url, { tokens: ['Bearer first', 'Bearer second'] });
    const ask = { ...ASK, method: 'POST' as const, body: { a: 1 } };
    expect(await http.read(ask, thing)).toEqual({ name: 'x' });
    expect(server.seen.map((seen) => seen.body)).toEqual(['{"a":1}', '{"a":1}']);
  });

  it('says that the credential is not accepted, and does not try for ever', async () => {
    const server = await serve(
      (response) => void response.writeHead(203, { 'content-type': 'text/html' }).end('<html>'),
    );
    const error = await refusalOf(door(server.url).read({ ...ASK, method: 'POST', body: {} }, thing));
    expect(error.message).toContain("did not accept the service's credential (answer 203)");
    expect(error.isRetryable).toBe(true);
    expect(server.seen).toHaveLength(2);
  });

  it('shows the token to no other host', async () => {
    const other = await serve((response) => json(response, 200, { name: 'elsewhere' }));
    const server = await serve(
      (response) => void response.writeHead(302, { location: `${other.url}/x` }).end(),
    );
    expect(await door(server.url).read(ASK, thing)).toEqual({ name: 'elsewhere' });
    expect(server.seen[0]?.headers.authorization).toBe('Bearer first');
    expect(other.seen[0]?.headers.authorization).toBeUndefined();
  });

  it('keeps Retry-After to the second for reads', async () => {
    const times: number[] = [];
    const server = await serve((response, _seen, count) => {
      times.push(Date.now());
      if (count > 1) return json(response, 200, { name: 'x' });
      json(response, 429, { message: 'TF400733: exceeding usage' }, { 'retry-after': '1' });
    });
    expect(await door(server.url).read(ASK, thing)).toEqual({ name: 'x' });
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('repeats a read after 503 and a reset connection, and gives up at last', async () => {
    const server = await serve((response, _seen, count) => {
      if (count === 1) return json(response, 503, {});
      if (count === 2) return void response.socket?.destroy();
      json(response, 200, { name: 'x' });
    });
    expect(await door(server.url).read(ASK, thing)).toEqual({ name: 'x' });
    const down = await serve((response) => json(response, 503, { message: 'down' }));
    expect(await refusalOf(door(down.url).read(ASK, thing))).toMatchObject({
      statusCode: 503,
      isRetryable: true,
    });
    expect(down.seen).toHaveLength(4);
  });

  it('never repeats a write', async () => {
    const server = await serve((response) => json(response, 503, { message: 'down' }));
    const error = await refusalOf(door(server.url).read({ ...ASK, method: 'PATCH', body: {} }, thing));
    expect(error).toMatchObject({ statusCode: 503, isRetryable: true });
    expect(server.seen).toHaveLength(1);
    const cut = await serve((response) => void response.socket?.destroy());
    const lost = await refusalOf(door(cut.url).read({ ...ASK, method: 'POST', body: {} }, thing));
    expect(lost).toMatchObject({ statusCode: undefined, isRetryable: true });
    expect(cut.seen).toHaveLength(1);
  });

  it('leaves a long Retry-After to the caller', async () => {
    const server = await serve((response) =>
      json(response, 429, { message: 'slow' }, { 'retry-after': '120' }),
    );
    expect(await refusalOf(door(server.url).read(ASK, thing))).toMatchObject({ retryAfterMs: 120_000 });
    expect(server.seen).toHaveLength(1);
  });

  it('waits no longer than its deadline, for the answer or for its end', async () => {
    const silent = await serve(() => {});
    const http = door(silent.url, { deadlineMs: 100 });
    expect((await refusalOf(http.read(ASK, thing))).message).toContain('did not answer within 100 ms');
    const halting = await serve((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"name":');
    });
    const error = await refusalOf(door(halting.url, { deadlineMs: 100 }).read(ASK, thing));
    expect(error.isRetryable).toBe(true);
  });

  it('follows the pages with the same question', async () => {
    const server = await serve((response, { url }) => {
      const token = new URL(url, 'http://x').searchParams.get('continuationToken');
      if (token === 'a b') return json(response, 200, { value: [{ name: '2' }] });
      json(response, 200, { value: [{ name: '1' }] }, { 'x-ms-continuationtoken': 'a b' });
    });
    const query = { queryOrder: 'finishTimeAscending' };
    const { items } = await door(server.url).list({ ...ASK, query }, thing);
    expect(items).toEqual([{ name: '1' }, { name: '2' }]);
    expect(server.seen.every((seen) => seen.url.includes('queryOrder=finishTimeAscending'))).toBe(true);
  });

  it('notices pages that repeat', async () => {
    const server = await serve((response) =>
      json(response, 200, { value: [{ name: '1' }] }, { 'x-ms-continuationtoken': 'same' }),
    );
    expect((await refusalOf(door(server.url).list(ASK, thing))).message).toContain('its pages repeat');
  });

  it('names what it cannot understand', async () => {
    const server = await serve((response, _seen, count) =>
      count === 1 ? json(response, 200, { name: 7 }) : void response.end('nonsense'),
    );
    const http = door(server.url);
    expect((await refusalOf(http.read(ASK, thing))).message).toMatch(
      /\(name: .*\) when asked to read the thing/,
    );
    expect((await refusalOf(http.read(ASK, thing))).message).toContain('it is not JSON');
  });

  it('hands out a stream only when the status is good', async () => {
    const server = await serve((response, _seen, count) => {
      if (count > 1) return json(response, 404, { message: 'no logs' });
      response.writeHead(200, { 'content-type': 'application/zip' });
      response.end(Buffer.from([0x50, 0x4b, 0xff]));
    });
    const http = door(server.url);
    const ask = { ...ASK, accept: 'application/zip' };
    expect(await readBytes(await http.open(ask))).toEqual(Buffer.from([0x50, 0x4b, 0xff]));
    expect((await refusalOf(http.open(ask))).message).toContain('no logs');
  });

  it('says that Azure DevOps cannot be reached', async () => {
    const error = await refusalOf(door('http://127.0.0.1:9').read({ ...ASK, method: 'POST' }, thing));
    expect(error).toMatchObject({ isRetryable: true, system: 'Azure DevOps' });
    expect(error.message).toContain('could not be reached to read the thing');
  });
});
