import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runExample } from '../support/example.ts';
import { changeSetOf, startSync, untilStatus } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

let stack: Stack;
let folder: string;
beforeAll(async () => {
  [stack, folder] = await Promise.all([
    startStack({ tenants: ['contoso', 'fabrikam'] }),
    mkdtemp(join(tmpdir(), 'tenant-sync-example-')),
  ]);
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const WORDS = / (STARTING|IN_PROGRESS|PENDING_APPROVAL|IDLE)$/;
const statuses = (lines: string[]) => lines.map((line) => WORDS.exec(line)?.[1]);

test('subscribe.ts prints every change, also those that happened while it was dead', async () => {
  const { place } = stack;
  const cursorFile = join(folder, 'cursor');
  const { id } = await untilStatus(place, 'contoso', 'NOT_RUN');
  await using first = runExample('subscribe', [cursorFile], { TENANT_SYNC_URL: place.url });
  await waitFor('the cursor to be kept', () => existsSync(cursorFile));
  await stack.desireChange('contoso');
  await startSync(place, id);
  await waitFor(
    () => `a change; there is ${first.problems.join('\n')}`,
    () => first.lines.length > 0,
  );
  await first.kill();
  await untilStatus(place, 'contoso', 'PENDING_APPROVAL');

  await using second = runExample('subscribe', [cursorFile], { TENANT_SYNC_URL: place.url });
  const all = () => [...first.lines, ...second.lines.filter((line) => !first.lines.includes(line))];
  await waitFor('what was missed', () => statuses(all()).includes('PENDING_APPROVAL'));
  expect(statuses(all())).toEqual(['STARTING', 'IN_PROGRESS', 'PENDING_APPROVAL']);
  expect(all()[0]).toMatch(/^\d{4}-.+Z Tenant contoso: NOT_RUN -> STARTING$/);
  expect(second.problems).toEqual([]);
});

test('approve.ts refuses to approve what it did not show, and approves what it did', async () => {
  const { place } = stack;
  const changeSet = changeSetOf(await untilStatus(place, 'contoso', 'PENDING_APPROVAL'));
  await using listing = runExample('approve', [], { TENANT_SYNC_URL: place.url });
  expect(await listing.ended).toBe(0);
  expect(listing.lines[0]).toBe(`Tenant contoso: 1 changes (${changeSet.digest.slice(0, 12)})`);
  expect(listing.lines.join('\n')).toContain('state: "enabled" -> "disabled"');

  await using stale = await showAnotherDigest(place.url, changeSet.digest);
  await using refused = runExample('approve', ['contoso', '--approve'], { TENANT_SYNC_URL: stale.url });
  expect(await refused.ended).toBe(1);
  expect(refused.problems.join('\n')).toMatch(/refused: .+/);

  await using approved = runExample('approve', ['contoso', '--approve', 'Reviewed'], {
    TENANT_SYNC_URL: place.url,
  });
  expect(await approved.ended).toBe(0);
  expect(approved.lines.at(-1)).toMatch(/on record: /);
  await untilStatus(place, 'contoso', 'IDLE');
});

test('approve.ts rejects with a comment', async () => {
  const { place } = stack;
  const { id } = await untilStatus(place, 'fabrikam', 'NOT_RUN');
  await stack.desireChange('fabrikam');
  await startSync(place, id);
  await untilStatus(place, 'fabrikam', 'PENDING_APPROVAL');
  await using rejected = runExample('approve', ['fabrikam', '--reject', 'Not before Monday'], {
    TENANT_SYNC_URL: place.url,
  });
  expect(await rejected.ended).toBe(0);
  const idle = await untilStatus(place, 'fabrikam', 'IDLE');
  expect(idle.latestRun?.decisions).toMatchObject([{ verdict: 'REJECT', comment: 'Not before Monday' }]);
});

/** The API, as if the content had been another one when it was shown. */
async function showAnotherDigest(url: string, digest: string): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { authorization = '' } = request.headers;
      const headers = { 'content-type': 'application/json', authorization };
      const answer = await fetch(url, { method: 'POST', headers, body: Buffer.concat(chunks) });
      const text = await answer.text();
      response.setHeader('content-type', 'application/json');
      response.end(text.replaceAll(digest, digest.split('').reverse().join('')));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
