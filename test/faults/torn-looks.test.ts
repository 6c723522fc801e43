/** A run is read in several requests, and goes on between them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changeSetOf, decide, runOf, startSync, untilTenant } from '../support/journey.ts';
import { rerunPreview, untilFinished } from '../support/rerun-preview.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ tenants: ['cancelling', 'completed'] });
});
afterAll(() => stack[Symbol.asyncDispose]());

const isListOfRuns = (segments: string[]) => segments.slice(-2).join('/') === 'build/builds';

it.each(['cancelling', 'completed'])(
  'A run that is run again right after a look has seen it %s is not taken for ended',
  async (status) => {
    const { control } = stack.sandbox;
    stack.behave(status, { cancelMs: status === 'cancelling' ? 20_000 : 0 });
    await stack.desireChange(status);
    const tenant = await untilTenant(stack.place, status, 'is there', () => true);
    const { id } = await startSync(stack.place, tenant.id);
    const until = (what: string, fits: (view: typeof tenant) => boolean) =>
      untilTenant(stack.place, status, what, (view) => view.latestRun?.id === id && fits(view));
    const waiting = await until('waits', (view) => view.status === 'PENDING_APPROVAL');
    const buildId = stack.sandbox.world.runs()[0]?.buildId ?? 0;

    const [hasFinished, isRunAgain, isAskedFor] = [gate(), gate(), gate()];
    let wasCanceled = false;
    stack.sandbox.world.intercept(async ({ method, segments }, next) => {
      if (method === 'GET' && isListOfRuns(segments) && wasCanceled && status === 'completed')
        await hasFinished.promise;
      if (segments.at(-1) === 'timeline' && segments.includes(String(buildId)) && wasCanceled) {
        isAskedFor.resolve();
        await isRunAgain.promise;
      }
      return next();
    });
    await control.cancel(buildId, 'Megan Bowen');
    wasCanceled = true;
    if (status === 'cancelling') await isAskedFor.promise;
    await untilFinished(stack, buildId);
    hasFinished.resolve();
    await isAskedFor.promise;
    await rerunPreview(stack, buildId);
    isRunAgain.resolve();

    const again = await until(
      'waits again',
      (view) => view.status === 'PENDING_APPROVAL' && changeSetOf(view).id !== changeSetOf(waiting).id,
    );
    expect(runOf(again)).toMatchObject({ outcome: null, canceledBy: null });
    await decide(stack.place, 'approveChangeSet', changeSetOf(again));
    await until('has succeeded', (view) => runOf(view).outcome === 'SUCCEEDED');
  },
);

const gate = () => Promise.withResolvers<void>();
