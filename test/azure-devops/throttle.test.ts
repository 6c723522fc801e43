import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AzureDevOpsError } from '../../src/azure-devops/azure-devops-error.ts';
import { createDoors } from '../../src/azure-devops/doors.ts';
import { AzureDevOpsHttp, type HttpOptions } from '../../src/azure-devops/azure-devops-http.ts';
import { whilePolling } from '../../src/azure-devops/priority.ts';
import { Throttle } from '../../src/azure-devops/throttle.ts';
import { silent } from '../support/silent.ts';
import { json, serve } from './small-server.ts';

const shape = z.object({ ok: z.boolean() });
const get = (http: AzureDevOpsHttp, path = 'x') => http.read({ what: `get ${path}`, path }, shape);

function open(url: string, options: Partial<HttpOptions> = {}): AzureDevOpsHttp {
  return new AzureDevOpsHttp({
    organizationUrl: `${url}/contoso`,
    tokens: { authorization: () => Promise.resolve('Bearer t') },
    logger: silent,
    retryBaseMs: 1,
    deadlineMs: 2_000,
    ...options,
  });
}

describe('a time that Azure named', () => {
  it('is kept by every request, reads and writes, until it is over', async () => {
    const times: number[] = [];
    const { url } = await serve((response, _seen, count) => {
      times.push(performance.now());
      if (count === 1) json(response, 429, { message: 'TF400733: too much' }, { 'retry-after': '1' });
      else json(response, 200, { ok: true });
    });
    const limited = Promise.withResolvers<undefined>();
    const http = open(url, { logger: { ...silent, debug: () => limited.resolve(undefined) } });
    const first = get(http);
    await limited.promise;
    const post = { what: 'post', method: 'POST', path: 'y', body: {} } as const;
    await Promise.all([first, get(http), http.read(post, shape)]);
    const [limitedAt = 0, ...later] = times;
    expect(later).toHaveLength(3);
    for (const at of later) expect(at - limitedAt).toBeGreaterThanOrEqual(990);
  });

  it('on a success binds the next request, too', async () => {
    const times: number[] = [];
    const { url } = await serve((response, _seen, count) => {
      times.push(performance.now());
      json(response, 200, { ok: true }, count === 1 ? { 'retry-after': '1' } : {});
    });
    const http = open(url);
    await get(http);
    await get(http);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('is waited for before a request is asked whether it may still leave', async () => {
    const { url, seen } = await serve((response, _seen, count) =>
      json(response, 200, { ok: true }, count === 1 ? { 'retry-after': '1' } : {}),
    );
    const http = open(url);
    await get(http);
    let mayLeave = true;
    const beforeSending = () => {
      if (!mayLeave) throw new Error('It is too late.');
    };
    const post = http.read({ what: 'post', method: 'POST', path: 'y', body: {}, beforeSending }, shape);
    mayLeave = false;
    await expect(post).rejects.toThrow('It is too late.');
    expect(seen).toHaveLength(1);
  });

  it('that is far away is told at once, with nothing sent', async () => {
    const { url, seen } = await serve((response) =>
      json(response, 503, { message: 'busy' }, { 'retry-after': '3600' }),
    );
    const http = open(url);
    await expect(get(http)).rejects.toThrow(/busy|limits requests/);
    const sent = seen.length;
    await expect(get(http)).rejects.toMatchObject({ isRetryable: true });
    await expect(get(http)).rejects.toThrow('limits requests of this service for 3600 s more');
    expect(seen).toHaveLength(sent);
  });

  it('does not concern another organisation', async () => {
    const limited = await serve((response) => json(response, 429, {}, { 'retry-after': '3600' }));
    const free = await serve((response) => json(response, 200, { ok: true }));
    await expect(get(open(limited.url))).rejects.toBeInstanceOf(AzureDevOpsError);
    expect(await get(open(free.url))).toEqual({ ok: true });
  });

  it('to a person binds what is asked as that person, with another token too, and nobody else', async () => {
    const { url, seen } = await serve((response, _seen, count) =>
      json(response, count === 1 ? 429 : 200, { ok: true }, count === 1 ? { 'retry-after': '60' } : {}),
    );
    const tokens = { authorization: () => Promise.resolve('Bearer service') };
    const doors = createDoors({ tokens, logger: silent });
    const as = (personId: string, accessToken: string) =>
      doors.as(`${url}/contoso/`, { personId, accessToken });
    await expect(get(as('ada', 'first'))).rejects.toMatchObject({ statusCode: 429 });
    await expect(get(as('ada', 'second'))).rejects.toThrow('limits requests of this service for');
    expect(seen).toHaveLength(1);
    await get(as('grace', 'third'));
    await get(doors.to(`${url}/contoso`));
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first',
      'Bearer third',
      'Bearer service',
    ]);
  });

  it('as a delay of an answer holds back polls, not people', async () => {
    const { url } = await serve((response, _seen, count) =>
      json(response, 200, { ok: true }, count === 1 ? { 'x-ratelimit-delay': '2.5' } : {}),
    );
    const http = open(url);
    await get(http);
    await expect(whilePolling(() => get(http))).rejects.toMatchObject({ isRetryable: true });
    expect(await get(http)).toEqual({ ok: true });
  });
});

describe('people and polls', () => {
  it('polls that hang leave room for what people wait for, and people go first', async () => {
    const release = Promise.withResolvers<undefined>();
    const { url, seen } = await serve(async (response, { url: path }) => {
      if (path.includes('slow')) await release.promise;
      json(response, 200, { ok: true });
    });
    const http = open(url);
    const polls = Array.from({ length: 30 }, () => whilePolling(() => get(http, 'slow')));
    expect(await get(http, 'person')).toEqual({ ok: true });
    expect(seen.filter(({ url: path }) => path.includes('slow')).length).toBeLessThanOrEqual(12);
    release.resolve(undefined);
    await Promise.all(polls);
  });
});

describe('an organisation that is away', () => {
  it('is asked once until it answers again, and everything else fails at once', async () => {
    let isAway = true;
    const { url, seen } = await serve((response) => {
      if (isAway) response.destroy();
      else json(response, 200, { ok: true });
    });
    const http = open(url, { throttle: new Throttle({ firstOpenMs: 200 }) });
    await Promise.allSettled([get(http), get(http)]);
    const sent = seen.length;
    await expect(get(http)).rejects.toThrow('did not answer the last requests');
    expect(seen).toHaveLength(sent);
    isAway = false;
    await expect.poll(() => get(http).catch(() => null), { timeout: 5_000 }).toEqual({ ok: true });
    await Promise.all(Array.from({ length: 20 }, () => get(http)));
  });
});

describe('a refused credential', () => {
  const refuseOnce = (headers: Record<string, string>) =>
    serve((response, _seen, count) => {
      if (count === 1) json(response, 200, { ok: true }, headers);
      else if (count <= 3) json(response, 401, {});
      else json(response, 200, { ok: true });
    });

  it('right after throttling passes by itself', async () => {
    const { url } = await refuseOnce({ 'x-ratelimit-delay': '0.01' });
    const http = open(url, { throttle: new Throttle({ recoveryMs: 50 }) });
    await get(http);
    expect(await get(http)).toEqual({ ok: true });
  });

  it('without throttling is told', async () => {
    const { url } = await refuseOnce({});
    const http = open(url);
    await get(http);
    await expect(get(http)).rejects.toThrow("did not accept the service's credential");
  });
});
