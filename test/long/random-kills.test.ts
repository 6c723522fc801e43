/** A hundred kill -9 at random moments under users who go on working. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { seededRandom } from '../../src/sandbox/azure-devops/faults/seeded-random.ts';
import { expectNothingHalfDone, JOURNEYS, travel } from '../support/crash-journeys.ts';
import { startCrashWorld } from '../support/crash-world.ts';

const KILLS = 100;
const USERS = 6;
const LONGEST_LIFE_MS = 8_000;

test(
  'A hundred kill -9 at random moments lose nothing that was acknowledged and leave nothing half done',
  { timeout: 3_600_000 },
  async () => {
    const seed = Date.now();
    const random = seededRandom(seed);
    const names = Array.from({ length: USERS * 30 }, (_, n) => `tenant-${n}`);
    await using world = await startCrashWorld({ tenants: names });
    let isOver = false;
    let travelled = 0;
    const user = async (number: number) => {
      for (let step = number; !isOver; step += 1) {
        const name = names.pop();
        const journey = JOURNEYS[step % JOURNEYS.length];
        if (!name || !journey) return;
        await travel(world, journey, name);
        travelled += 1;
      }
    };
    const users = Promise.all(Array.from({ length: USERS }, (_, number) => user(number)));
    const killer = async () => {
      for (let kill = 0; kill < KILLS; kill += 1) {
        await world.up().catch(() => undefined);
        await sleep(100 + random() * LONGEST_LIFE_MS);
        world.crash();
      }
      isOver = true;
    };
    await Promise.all([killer(), users]);
    await expectNothingHalfDone(world);
    const { calls, repeated, blind } = world.readBacks();
    console.log(
      `${world.crashes()} kill -9 (seed ${seed}) under ${USERS} users: ${travelled} journeys ended as acknowledged; ${calls} calls with an effect, ${repeated} repeated, ${blind.length} without a look before`,
    );
    expect(blind).toEqual([]);
  },
);
