/** A process is frozen between its look and the call that starts a run, and thawed when another did its work. */
import { expect, test } from 'vitest';
import { startHttpProxy } from '../support/http-proxy.ts';
import { startInstances } from '../support/instances.ts';
import { runOf, startSync, untilStatus } from '../support/journey.ts';
import { waitFor } from '../support/wait-for.ts';

test(
  'A job of a process that freezes is done by another, and not again when the process thaws',
  { timeout: 300_000 },
  async () => {
    await using instances = await startInstances({ tenants: ['frozen'] });
    const { stack, running } = instances;
    const frozen = Promise.withResolvers<void>();
    let freeze = () => {};
    let wasCut = false;
    await using proxy = await startHttpProxy({
      target: () => stack.sandbox.url,
      // The first try never arrives, so the second one looks before it calls.
      onRequest: ({ method, path }) => {
        if (wasCut || method !== 'POST' || !/\/pipelines\/\d+\/runs/.test(path)) return;
        wasCut = true;
        return 'cut';
      },
      onAnswer: ({ path }) => {
        if (wasCut && /\/builds\?.*definitions=/.test(path)) freeze();
      },
    });
    const sleeper = await instances.add({
      through: (environment) => ({
        ...environment,
        AZURE_DEVOPS_PROJECTS: environment.AZURE_DEVOPS_PROJECTS?.replaceAll(stack.sandbox.url, proxy.url),
      }),
    });
    const tenant = await untilStatus(stack.place, 'frozen', 'NOT_RUN');
    freeze = () => {
      sleeper.freeze();
      freeze = () => {};
      frozen.resolve();
    };
    await startSync(stack.place, tenant.id);
    await frozen.promise;
    const frozenAt = performance.now();
    running.splice(running.indexOf(sleeper), 1);
    await instances.add();
    const started = () =>
      stack.sandbox.world
        .ledger()
        .filter(({ kind, key }) => kind === 'queued' && key.repository === 'frozen');
    await waitFor('another to start the run', () => started().length > 0, { withinMs: 120_000 });
    const takenOverAfter = Math.round(performance.now() - frozenAt);
    sleeper.thaw();
    await waitFor(
      'the sleeper to notice',
      () => sleeper.lastLines().some((line) => line.includes('was left to another process')),
      { withinMs: 60_000 },
    );
    expect(runOf(await untilStatus(stack.place, 'frozen', 'IDLE')).outcome).toBe('SUCCEEDED');
    expect(started()).toHaveLength(1);
    console.log(`a job of a frozen process was done by another after ${takenOverAfter} ms`);
  },
);
