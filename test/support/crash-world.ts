/**
 * The program as a process of its own, with a proxy before each of its neighbours. Every request that it sends and
 * every commit that it makes is a point at which it can be killed: right before, or right after it took effect.
 */
import { startHttpProxy } from './http-proxy.ts';
import { type Instance, startInstance } from './instance.ts';
import { checkReadBacks, type SeenRequest } from './read-backs.ts';
import { startPostgresProxy } from './postgres-proxy.ts';
import { type StackOptions, startStack } from './stack.ts';
import { waitFor } from './wait-for.ts';

export type CrashWorld = AsyncDisposable & Awaited<ReturnType<typeof startCrashWorld>>;

/** Passed on, or killed at this point: asked at each one. */
type Aim = (point: string) => boolean;

/** Slow enough for the pipeline's patience with an API that is away: 180 s of its own time. */
const TIME_SCALE = 2;

const never: Aim = () => false;

export async function startCrashWorld(options: StackOptions) {
  await using parts = new AsyncDisposableStack();
  const stack = parts.use(await startStack({ timeScale: TIME_SCALE, ...options, withoutApp: true }));
  const passed = new Map<string, number>();
  const requests: SeenRequest[] = [];
  let aim = never;
  let crashes = 0;
  let pid = 0;
  let isDying = false;
  let current: Promise<Instance>;
  const killAt = (point: string): 'cut' | void => {
    if (isDying) return 'cut';
    passed.set(point, (passed.get(point) ?? 0) + 1);
    if (!aim(point)) return;
    crash();
    return 'cut';
  };
  const postgres = parts.use(
    await startPostgresProxy({
      url: stack.database.url,
      onCommit: (label, when) => killAt(`${when} COMMIT ${label}`),
    }),
  );
  const sandbox = parts.use(
    await startHttpProxy({
      target: () => stack.sandbox.url,
      onRequest: (request) => {
        requests.push({ ...request, answer: null });
        return killAt(`before ${labelOf(request)}`);
      },
      onAnswer: (request, { body }) => {
        requests.push({ ...request, answer: body });
        return killAt(`after ${labelOf(request)}`);
      },
    }),
  );
  const environment = behindProxies(stack.environmentOf(stack.port), {
    ...{ database: postgres.url, from: stack.sandbox.url, to: sandbox.url },
  });
  const start = () =>
    startInstance({
      environment,
      onSpawn: (spawned) => {
        [pid, isDying] = [spawned, false];
      },
    });
  current = start();
  await current;
  parts.defer(async () => (await current)[Symbol.asyncDispose]());
  /** The process dies now, and another one takes its place; also one that was not ready yet. */
  function crash(): void {
    if (isDying) return;
    isDying = true;
    crashes += 1;
    process.kill(pid, 'SIGKILL');
    current = current.then(
      async (instance) => {
        await instance.kill();
        return start();
      },
      () => start(),
    );
    current.catch(() => undefined);
  }
  const kept = parts.move();
  return {
    ...stack,
    crash,
    /** How often each point was passed so far. */
    passed,
    crashes: () => crashes,
    /** Kills it at the next point that fits. */
    aimAt: (next: Aim) => {
      aim = next;
    },
    /** Resolves when the process that runs at the moment is ready. */
    up: () => current,
    /** Every repeated call, and whether a read-back before it showed that it had no effect yet. */
    readBacks: () => checkReadBacks(requests),
    /** Asks until it is answered, whatever dies meanwhile. */
    patiently: <T>(what: string | (() => string), ask: () => Promise<T>) =>
      waitFor(
        what,
        async () => {
          await current.catch(() => undefined);
          return ask().catch(() => null);
        },
        { withinMs: 120_000 },
      ),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const NUMBERS = /[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{40}\b|\b\d+\b/g;

/** The kind of request: numbers, ids and names of tenants left out. */
function labelOf({ method, path, body }: { method: string; path: string; body: string }): string {
  const [place = ''] = path.split('?');
  return `${method} ${place
    .replace(NUMBERS, '#')
    .replace(/\/(repositories)\/[^/]+/, '/$1/#')
    .replace(/\/contoso-group(\/Tenants)?/, '')}${body.includes('device_code=') ? ' about a code' : ''}`;
}

function behindProxies(
  environment: Record<string, string | undefined>,
  { database, from, to }: { database: string; from: string; to: string },
) {
  const through = (address = '') => address.replaceAll(from, to);
  return {
    ...environment,
    DATABASE_URL: database,
    AZURE_DEVOPS_PROJECTS: through(environment.AZURE_DEVOPS_PROJECTS),
    ENTRA_EMULATOR_URL: through(environment.ENTRA_EMULATOR_URL),
  };
}
