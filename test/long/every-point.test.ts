/** Kills the program at every outgoing request and every commit, before and after it. */
import { expect, test } from 'vitest';
import { expectNothingHalfDone, JOURNEYS, travel } from '../support/crash-journeys.ts';
import { startCrashWorld } from '../support/crash-world.ts';

/** More would only make one journey longer. */
const KILLS_A_JOURNEY = 3;
const MOST_JOURNEYS = 80;

test(
  'Killed at every request that it sends and every commit that it makes, it does what it acknowledged, once',
  { timeout: 3_600_000 },
  async () => {
    const names = Array.from({ length: MOST_JOURNEYS + JOURNEYS.length }, (_, n) => `tenant-${n}`);
    await using world = await startCrashWorld({ tenants: names });
    const nextName = () => names.pop() ?? 'none';
    const left = new Map<(typeof JOURNEYS)[number], Set<string>>();
    const known = new Set<string>();
    for (const journey of JOURNEYS) {
      world.passed.clear();
      await travel(world, journey, nextName());
      await expectNothingHalfDone(world);
      const own = [...world.passed.keys()].filter((point) => !known.has(point));
      for (const point of own) known.add(point);
      left.set(journey, new Set(own));
    }
    const killed: string[] = [];
    let journeys = 0;
    for (const [journey, points] of left) {
      // Some points pass only now and then: a journey that meets none of what is left ends the search.
      for (let isFruitful = true; isFruitful && points.size > 0 && names.length > 0; journeys += 1) {
        let kills = 0;
        world.aimAt((point) => {
          if (kills === KILLS_A_JOURNEY || !points.delete(point)) return false;
          kills += 1;
          killed.push(point);
          return true;
        });
        await travel(world, journey, nextName());
        await expectNothingHalfDone(world);
        isFruitful = kills > 0;
        console.log(`${journey}: killed at ${killed.length} of ${known.size} points so far`);
      }
    }
    const unmet = [...left.values()].flatMap((points) => [...points]);
    const { calls, repeated, blind } = world.readBacks();
    console.log(
      [
        `${known.size} crash points (requests and commits, before and after): killed at ${killed.length} of them in ${journeys} journeys, ${world.crashes()} crashes`,
        `${calls} calls with an effect were sent, ${repeated} of them repeated, ${blind.length} without a look before`,
        ...(unmet.length > 0 ? ['not passed again:', ...unmet.map((point) => `  ${point}`)] : []),
        'killed at:',
        ...killed.sort().map((point) => `  ${point}`),
      ].join('\n'),
    );
    expect(blind).toEqual([]);
    expect(killed.length).toBeGreaterThan(known.size * 0.9);
  },
);
