import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, keyOf, startApi } from '../support/api.ts';
import { LANES } from '../support/lanes.ts';

/** Every audit asks with a key, as every client of this API does. */
const signedIn: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  headers.set('authorization', `Bearer ${keyOf('viewer')}`);
  return fetch(input, { ...init, headers });
};

describe.each(LANES)('In $lane', ({ options }) => {
  let api: Api;
  beforeAll(async () => {
    api = await startApi({ graphiql: false, ...options });
  });
  afterAll(() => api[Symbol.asyncDispose]());

  test('Every audit of GraphQL over HTTP passes, without error or warning', async () => {
    const audits = serverAudits({ url: () => `${api.url}/graphql`, fetchFn: signedIn });
    expect(audits.length).toBeGreaterThanOrEqual(60);
    const found: string[] = [];
    for (const audit of audits) {
      const result = await audit.fn();
      if (result.status !== 'ok')
        found.push(`${result.status} ${result.id} ${result.name}: ${result.reason}`);
    }
    expect(found).toEqual([]);
  });
});
