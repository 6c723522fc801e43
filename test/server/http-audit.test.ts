import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, keyOf, startApi } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi({ graphiql: false });
});
afterAll(() => api[Symbol.asyncDispose]());

/** Every audit asks with a key, as every client of this API does. */
const signedIn: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  headers.set('authorization', `Bearer ${keyOf('viewer')}`);
  return fetch(input, { ...init, headers });
};

test('Every audit of GraphQL over HTTP passes, without error or warning', async () => {
  const audits = serverAudits({ url: () => `${api.url}/graphql`, fetchFn: signedIn });
  expect(audits.length).toBeGreaterThanOrEqual(60);
  const found: string[] = [];
  for (const audit of audits) {
    const result = await audit.fn();
    if (result.status !== 'ok') found.push(`${result.status} ${result.id} ${result.name}: ${result.reason}`);
  }
  expect(found).toEqual([]);
});
