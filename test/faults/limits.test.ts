/** Azure DevOps limits one organisation: its deadline is kept, readers are served, and nobody else is slower for it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { get } from '../support/client.ts';
import { type Place, startSync, untilTenant } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

const SECONDS = 6;
const OTHER = 'fabrikam';

let stack: Stack;
let elsewhere: Place;
/** When each request that the program sent was answered as asked, by organisation. */
const answered: { organization: string; at: number }[] = [];
beforeAll(async () => {
  stack = await startStack({ tenants: ['limited'], settings: { STALE_AFTER_SECONDS: '1.5' } });
  await stack.sandbox.control.onboard({
    organization: OTHER,
    repository: 'elsewhere',
    displayName: 'Elsewhere',
    size: 'small',
    authentication: 'application',
    backupOnly: false,
    baseline: null,
    schedule: null,
  });
  await stack.restartApp();
  const project = stack.sandbox.world.tenants().find(({ organization }) => organization === OTHER)?.project;
  elsewhere = { ...stack.place, organization: OTHER, project: project ?? '' };
  stack.sandbox.world.intercept((request, next) => {
    answered.push({ organization: request.segments[0] ?? '', at: performance.now() });
    return next();
  });
});
afterAll(() => stack[Symbol.asyncDispose]());

const isStale = async ({ url, organization, project }: Place, name: string) => {
  const query = `query ($organization: String!, $project: String!, $name: String!) {
    tenantByName(organization: $organization, project: $project, name: $name) { isStale }
  }`;
  const variables = { organization, project, name };
  return (await get<{ tenantByName: { isStale: boolean } }>(url, query, { variables })).tenantByName.isStale;
};
const countOf = (organization: string) => answered.filter((one) => one.organization === organization).length;

it("keeps Azure's deadline in the organisation that named it, serves readers, and goes on elsewhere", async () => {
  const { control } = stack.sandbox;
  await untilTenant(stack.place, 'limited', 'is there', () => true);
  const other = await untilTenant(elsewhere, 'elsewhere', 'is there', () => true);
  const { id } = control.switchOn({ kind: 'throttled', organization: 'contoso-group', seconds: SECONDS });
  const isHit = () => control.faults().switchedOn.some((fault) => fault.id === id && fault.hits === 1);
  await waitFor('Azure DevOps to limit', isHit);
  const limitedAt = performance.now();
  const before = countOf('contoso-group');

  await startSync(elsewhere, other.id);
  await untilTenant(elsewhere, 'elsewhere', 'is synced', (one) => one.latestRun?.outcome === 'SUCCEEDED');
  const syncedAfter = performance.now() - limitedAt;
  await waitFor('what is shown to be called stale', () => isStale(stack.place, 'limited'));
  const staleAfter = performance.now() - limitedAt;
  expect(await isStale(elsewhere, 'elsewhere')).toBe(false);

  const first = await waitFor('the first request after the deadline', () => {
    const later = answered.filter(({ organization }) => organization === 'contoso-group').slice(before);
    return later[0];
  });
  console.log(
    `limited for ${SECONDS} s: a sync elsewhere took ${Math.round(syncedAfter)} ms, stale after ${Math.round(staleAfter)} ms, asked again after ${Math.round(first.at - limitedAt)} ms`,
  );
  // Requests that were on their way when the limit was named are not held against it.
  const early = answered.filter(
    ({ organization, at }) =>
      organization === 'contoso-group' && at > limitedAt + 250 && at < limitedAt + SECONDS * 1_000 - 250,
  );
  expect(early).toEqual([]);
  await waitFor('what is shown to be true again', async () => !(await isStale(stack.place, 'limited')));
});
