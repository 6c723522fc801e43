/** Every moment of a sign-in at which the program can die, and one of two instances that dies while it asks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codesLike, killOnceAt, startAndWait, untilCode, untilSucceeded } from '../support/crash-sign-ins.ts';
import { type CrashWorld, startCrashWorld } from '../support/crash-world.ts';
import { startHttpProxy } from '../support/http-proxy.ts';
import type { Instance } from '../support/instance.ts';
import { type Instances, startInstances } from '../support/instances.ts';
import { waitFor } from '../support/wait-for.ts';

const ASKING = 'POST .* about a code$';
const RECORDING = 'COMMIT .*authentication_challenges';
const ROUNDS = 3;

/** Killed there, before or after the person answered; how many codes that costs the person. */
const MOMENTS = [
  { name: 'waiting-asked', at: `^before ${ASKING}`, isAnswered: false, codes: 1 },
  { name: 'waiting-told', at: `^after ${ASKING}`, isAnswered: false, codes: 1 },
  { name: 'waiting-turn', at: '^after COMMIT sign_in_flows$', isAnswered: false, codes: 1 },
  { name: 'answered-asked', at: `^before ${ASKING}`, isAnswered: true, codes: 1 },
  { name: 'answered-stored', at: '^after COMMIT token_caches$', isAnswered: true, codes: 1 },
  { name: 'answered-unrecorded', at: `^before ${RECORDING}`, isAnswered: true, codes: 1 },
  { name: 'answered-recorded', at: `^after ${RECORDING}`, isAnswered: true, codes: 1 },
  // Entra gives a token once: what died with the process is asked of the person again, by itself.
  { name: 'answered-on-its-way', at: `^after ${ASKING}`, isAnswered: true, codes: 2 },
  { name: 'answered-received', at: '^before COMMIT token_caches$', isAnswered: true, codes: 2 },
];
const tenantsOf = (round: number) => MOMENTS.map(({ name }) => `${name}-${round}`);

describe('a program that is killed', () => {
  let world: CrashWorld;
  beforeAll(async () => {
    const tenants = Array.from({ length: ROUNDS }, (_, round) => tenantsOf(round)).flat();
    world = await startCrashWorld({ tenants, delegated: true, timeScale: 10 });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const moments = Array.from({ length: ROUNDS }, (_, round) =>
    MOMENTS.map((one) => ({ ...one, round })),
  ).flat();
  it.each(moments)(
    'goes on: $name, round $round',
    { timeout: 120_000 },
    async ({ name, round, at, isAnswered, codes }) => {
      const tenant = `${name}-${round}`;
      const { control } = world.sandbox;
      const crashes = world.crashes();
      const first = await startAndWait(world, tenant);
      killOnceAt(world, new RegExp(at));
      if (isAnswered) control.signIn(first);
      await waitFor('the kill', () => world.crashes() > crashes, { withinMs: 30_000 });
      if (!isAnswered) control.signIn(first);
      if (codes > 1) control.signIn(await untilCode(world, tenant, first));
      await untilSucceeded(world, tenant);
      const given = codesLike(world, first);
      expect(given.map(({ state }) => state)).toEqual(given.map(() => 'redeemed'));
      expect(given.length).toBe(codes);
    },
  );
});

describe('one of two instances', () => {
  let instances: Instances;
  beforeAll(async () => {
    const tenants = Array.from({ length: ROUNDS }, (_, round) => `round-${round}`);
    instances = await startInstances({ tenants, delegated: true });
  });
  afterAll(() => instances[Symbol.asyncDispose]());

  it('is killed while it asks: the other asks about the same code', { timeout: 240_000 }, async () => {
    const { stack, running } = instances;
    await using proxies = new AsyncDisposableStack();
    let whoAsks = (_asking: Instance): void => undefined;
    const add = async () => {
      let own: Instance | null = null;
      const proxy = await startHttpProxy({
        target: () => stack.sandbox.url,
        onRequest: ({ body }) => {
          if (own && body.includes('device_code=')) whoAsks(own);
        },
      });
      proxies.use(proxy);
      own = await instances.add({
        through: (environment) => ({
          ...environment,
          ENTRA_EMULATOR_URL: environment.ENTRA_EMULATOR_URL?.replace(stack.sandbox.url, proxy.url),
        }),
      });
    };
    await Promise.all([add(), add()]);
    for (let round = 0; round < ROUNDS; round++) {
      const code = await startAndWait(stack, `round-${round}`);
      const victim = await new Promise<Instance>((resolve) => {
        whoAsks = resolve;
      });
      const died = victim.kill();
      running.splice(running.indexOf(victim), 1);
      const killedAt = performance.now();
      await new Promise<void>((resolve) => {
        whoAsks = (other) => (other === victim ? undefined : resolve());
      });
      console.log(`The other asked after ${Math.round(performance.now() - killedAt)} ms.`);
      await died;
      stack.sandbox.control.signIn(code);
      await untilSucceeded(stack, `round-${round}`);
      expect(codesLike(stack, code)).toMatchObject([{ userCode: code, state: 'redeemed' }]);
      await add();
    }
  });
});
