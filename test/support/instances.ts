/** Several processes of the program on one database, behind a balancer to which the pipelines talk, too. */
import { eq, sql } from 'drizzle-orm';
import { leases } from '../../src/database/leases.table.ts';
import { startBalancer } from './balancer.ts';
import { freePort } from './free-port.ts';
import { type Instance, startInstance } from './instance.ts';
import { ORGANIZATION, PROJECT, type Stack, type StackOptions, startStack } from './stack.ts';
import { waitFor } from './wait-for.ts';

export type Instances = AsyncDisposable & {
  stack: Stack;
  /** Those that the balancer knows. */
  running: Instance[];
  add(more?: {
    preload?: string;
    settings?: Record<string, string>;
    through?: (environment: Environment) => Environment;
  }): Promise<Instance>;
  /** The one that looks at the project. */
  looking(): Promise<Instance>;
};
type Environment = Record<string, string | undefined>;

export async function startInstances(options: StackOptions): Promise<Instances> {
  await using parts = new AsyncDisposableStack();
  const stack = parts.use(await startStack({ ...options, withoutApp: true }));
  const running: Instance[] = [];
  const all: Instance[] = [];
  parts.defer(async () => void (await Promise.all(all.map((one) => one.kill()))));
  parts.use(await startBalancer(stack.port, () => running.map(({ port }) => port)));
  const kept = parts.move();
  return {
    stack,
    running,
    add: async ({ preload, settings = {}, through = (same: Environment) => same } = {}) => {
      const environment = through({ ...stack.environmentOf(await freePort()), ...settings });
      const instance = await startInstance({ environment, ...(preload ? { preload } : {}) });
      all.push(instance);
      running.push(instance);
      return instance;
    },
    looking: () =>
      waitFor(
        'somebody to look',
        async () => {
          const pid = await holderOf(stack);
          return all.find((one) => one.pid === pid && one.isRunning());
        },
        { withinMs: 30_000 },
      ),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** The process that holds the lease on the project at this moment; 0 for none. */
export async function holderOf({ database }: Stack): Promise<number> {
  const [row] = await database.database.db
    .select({ holder: leases.holder, isHeld: sql`${leases.expiresAt} > clock_timestamp()`.mapWith(Boolean) })
    .from(leases)
    .where(eq(leases.name, `look/${ORGANIZATION}/${PROJECT}`));
  return row?.isHeld ? Number(row.holder.split('/')[1]) : 0;
}
