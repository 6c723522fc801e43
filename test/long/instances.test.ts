import { expect, test } from 'vitest';
import { holderOf, startInstances } from '../support/instances.ts';
import { untilStatus } from '../support/journey.ts';
import { waitFor } from '../support/wait-for.ts';

const KILLS = 5;

test(
  'Whichever of three instances is killed, another looks at the project in its place',
  { timeout: 900_000 },
  async () => {
    await using instances = await startInstances({ tenants: ['watched'] });
    for (let n = 0; n < 3; n += 1) await instances.add();
    await untilStatus(instances.stack.place, 'watched', 'NOT_RUN');
    const tookMs: number[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const looking = await instances.looking();
      instances.running.splice(instances.running.indexOf(looking), 1);
      const killedAt = performance.now();
      await looking.kill();
      await waitFor(
        'another to look',
        async () => ![0, looking.pid].includes(await holderOf(instances.stack)),
        { withinMs: 60_000 },
      );
      tookMs.push(Math.round(performance.now() - killedAt));
      await instances.add();
    }
    expect(tookMs).toHaveLength(KILLS);
    console.log(`taken over after ${[...tookMs].sort((a, b) => a - b).join(', ')} ms`);
  },
);
