/** Runs that wait for somebody while the program is killed under them; Entra's own record says what they cost people. */
import type { SignIn } from '../../src/sandbox/entra/entra.ts';
import type { CrashWorld } from './crash-world.ts';
import { readTenant, runOf, startSync, type TenantView } from './journey.ts';
import type { Stack } from './stack.ts';
import { waitFor } from './wait-for.ts';

type World = Pick<Stack, 'place' | 'sandbox'>;

/** Whoever serves, and however often it dies meanwhile. */
export function untilTenant(
  { place }: World,
  name: string,
  { what, fits }: { what: string; fits: (tenant: TenantView) => boolean },
): Promise<TenantView> {
  let last: TenantView | null = null;
  return waitFor(
    () => `${name} ${what}; it is ${JSON.stringify(last)}`,
    async () => {
      last = await readTenant(place, name).catch(() => null);
      return last && fits(last) ? last : null;
    },
    { withinMs: 60_000 },
  );
}

const codeOf = (tenant: TenantView) => tenant.latestRun?.authentication?.userCode ?? null;

export async function untilCode(world: World, name: string, other: string | null = null): Promise<string> {
  const fits = (tenant: TenantView) => ![null, other].includes(codeOf(tenant));
  return codeOf(await untilTenant(world, name, { what: 'shows a code', fits })) ?? '';
}

export async function startAndWait(world: World, name: string): Promise<string> {
  const tenant = await untilTenant(world, name, { what: 'is there', fits: () => true });
  await startSync(world.place, tenant.id);
  return untilCode(world, name);
}

export async function untilSucceeded(world: World, name: string): Promise<void> {
  await untilTenant(world, name, { what: 'is idle', fits: ({ status }) => status === 'IDLE' });
  const tenant = await readTenant(world.place, name);
  const { outcome } = tenant ? runOf(tenant) : { outcome: null };
  if (outcome !== 'SUCCEEDED') throw new Error(`The sync of ${name} ended as ${outcome}.`);
}

/** Every code that Entra gave for the tenant of this one, the oldest first. */
export function codesLike({ sandbox }: World, userCode: string): SignIn[] {
  const all = sandbox.control.signIns();
  const directoryId = all.find((one) => one.userCode === userCode)?.directoryId;
  return all.filter((one) => one.directoryId === directoryId).reverse();
}

/** Kills it once, at the first point that fits. */
export function killOnceAt(world: CrashWorld, at: RegExp, meanwhile = () => {}): void {
  let isDone = false;
  world.aimAt((point) => {
    if (isDone || !at.test(point)) return false;
    isDone = true;
    meanwhile();
    return true;
  });
}
