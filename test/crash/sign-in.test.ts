import { afterAll, beforeAll, expect, test } from 'vitest';
import { signInFlows } from '../../src/sync-runs/sync-runs.table.ts';
import { codesLike, killOnceAt, startAndWait, untilSucceeded } from '../support/crash-sign-ins.ts';
import { type CrashWorld, startCrashWorld } from '../support/crash-world.ts';
import { waitFor } from '../support/wait-for.ts';

const NAMES = ['asked-later', 'just-answered', 'just-stored'] as const;

let world: CrashWorld;
beforeAll(async () => {
  // Ten times as fast, jobs still wait 18 s for an API that is away.
  world = await startCrashWorld({ tenants: [...NAMES], delegated: true, timeScale: 10 });
});
afterAll(() => world[Symbol.asyncDispose]());

test(
  'Killed while people sign in, it goes on with the codes that they have',
  { timeout: 120_000 },
  async () => {
    const [later, answered, stored] = await Promise.all(NAMES.map((name) => startAndWait(world, name)));
    const { control } = world.sandbox;
    killOnceAt(world, /^after COMMIT token_caches$/, () => void control.signIn(answered ?? ''));
    control.signIn(stored ?? '');
    await waitFor('the kill', () => world.crashes() === 1, { withinMs: 30_000 });
    await world.up();
    control.signIn(later ?? '');
    await Promise.all(NAMES.map((name) => untilSucceeded(world, name)));
    for (const code of [later, answered, stored])
      expect(codesLike(world, code ?? '')).toMatchObject([{ userCode: code, state: 'redeemed' }]);
    expect(await world.database.database.db.select().from(signInFlows)).toEqual([]);
  },
);
