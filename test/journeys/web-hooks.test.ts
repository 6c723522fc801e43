/** What happens in the world reaches receivers by HTTP as it reaches subscribers. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { get } from '../support/client.ts';
import { runExample } from '../support/example.ts';
import { freePort } from '../support/free-port.ts';
import { startSync, untilStatus } from '../support/journey.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ tenants: ['contoso'] });
});
afterAll(() => stack[Symbol.asyncDispose]());

const CREATE = /* GraphQL */ `
  mutation ($url: String!, $after: Cursor) {
    createWebHook(input: { name: "Test", url: $url, after: $after }) {
      ... on NewWebHook {
        secret
      }
    }
  }
`;
async function makeHook(url: string, after?: string): Promise<string> {
  const variables = { url, ...(after !== undefined && { after }) };
  const { createWebHook } = await get<{ createWebHook: { secret: string } }>(stack.place.url, CREATE, {
    variables,
  });
  return createWebHook.secret;
}

type History = { events: { edges: { cursor: string; node: { id: string } }[] } };
const HISTORY = '{ events(first: 100) { edges { cursor node { id } } } }';

test('A sync is told to receivers event by event, as the event log has it, also from a cursor of the past', async () => {
  const { place, sandbox } = stack;
  const { id } = await untilStatus(place, 'contoso', 'NOT_RUN');
  const { eventCursor } = await get<{ eventCursor: string }>(place.url, '{ eventCursor }');
  const port = await freePort();
  const secret = await makeHook(`http://127.0.0.1:${port}/`);
  await using example = runExample('receive', [String(port)], { WEB_HOOK_SECRET: secret });
  await waitFor(
    () => `the example to listen: ${example.problems.join('\n')}`,
    () => example.lines.some((line) => line.startsWith('Receiving')),
  );
  await stack.desireChange('contoso');
  await startSync(place, id);
  await untilStatus(place, 'contoso', 'PENDING_APPROVAL');
  const changes = () => example.lines.filter((line) => line.includes(' -> '));
  await waitFor('three changes', () => changes().length === 3);
  expect(changes().map((line) => line.replace(/^\S+Z /, ''))).toEqual([
    'Tenant contoso: NOT_RUN -> STARTING',
    'Tenant contoso: STARTING -> IN_PROGRESS',
    'Tenant contoso: IN_PROGRESS -> PENDING_APPROVAL',
  ]);

  await makeHook(`${sandbox.url}/receiver`, eventCursor);
  const { events } = await get<History>(place.url, HISTORY);
  const start = events.edges.findIndex(({ cursor }) => cursor === eventCursor);
  const ids = events.edges.slice(start + 1).map(({ node }) => node.id);
  await waitFor('all of it', () => sandbox.control.received().length >= ids.length);
  const received = sandbox.control.received().toReversed();
  expect(received.map(({ id: eventId }) => eventId)).toEqual(ids);
  const page = await (await fetch(sandbox.url)).text();
  expect(page).toContain('TENANT_STATUS_CHANGED');
});
