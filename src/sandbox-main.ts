/** `npm run sandbox`: PostgreSQL, the simulated world and the API, all on this machine. */
import { resolve } from 'node:path';
import { ROLES } from './access/permissions.ts';
import { readConfig } from './config.ts';
import { startEmbeddedPostgres } from './database/embedded-postgres.ts';
import { messageOf } from './lib/errors.ts';
import { createLogger } from './lib/logger.ts';
import { SANDBOX_HOOK_SECRET, sandboxEnvironment, sandboxKey } from './sandbox-environment.ts';

const HELP = `npm run sandbox: the API on a simulated Azure DevOps, Entra ID and Microsoft 365.

  PORT                     port of the API (4000)
  SANDBOX_PORT             port of the simulated world (4100)
  SANDBOX_DATA             folder that keeps everything (.sandbox); remove it to begin anew
  SANDBOX_TIME_SCALE       how many times as fast time passes in the simulated world (1)
  SANDBOX_SCENARIOS        off: nothing happens by itself (on)
  SIGN_IN_WINDOW_SECONDS   how long a run waits for somebody to sign in (180)
  LOG_LEVEL                debug, info, warn, error or silent (warn)

Every other setting of the API can be given as well: npm start -- --help lists them.`;

if (process.argv.includes('--help')) {
  console.log(HELP);
  process.exit(0);
}

const { env } = process;
const port = Number(env.PORT ?? 4000);
const dataFolder = resolve(env.SANDBOX_DATA ?? '.sandbox');
const signInWindowSeconds = Number(env.SIGN_IN_WINDOW_SECONDS ?? 180);
const logger = createLogger(readLevel(env.LOG_LEVEL), (line) => process.stderr.write(`${line}\n`));

const parts = new AsyncDisposableStack();
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());

try {
  console.log('Starting the sandbox …');
  // It fills its folder in a process of its own: meanwhile this one loads the rest and makes the world.
  const starting = startEmbeddedPostgres({ dataFolder: `${dataFolder}/postgres`, logger });
  starting.then(
    (postgres) => parts.use(postgres),
    () => undefined,
  );
  const { startSandbox } = await import('./sandbox/sandbox.ts');
  const making = startSandbox({
    dataFolder: `${dataFolder}/world`,
    port: Number(env.SANDBOX_PORT ?? 4100),
    timeScale: Number(env.SANDBOX_TIME_SCALE ?? 1),
    apiUrl: () => `http://127.0.0.1:${port}`,
    scenarios: env.SANDBOX_SCENARIOS !== 'off',
    fleet: 'showcase',
    signInWindowMs: signInWindowSeconds * 1_000,
    hookPassword: SANDBOX_HOOK_SECRET,
    logger,
  });
  const [sandbox, { startApp }] = await Promise.all([making, import('./app.ts')]);
  parts.defer(() => sandbox.stop());
  const postgres = await starting;
  const environment = { ...sandboxEnvironment(sandbox, { databaseUrl: postgres.url, port }), ...env };
  const graphiqlHeaders = { Authorization: `Bearer ${sandboxKey('ADMIN')}` };
  parts.use(await startApp(readConfig(environment), logger, { graphiqlHeaders }));
  console.log(welcome(sandbox.url));
} catch (error) {
  console.error(`The sandbox could not start: ${messageOf(error)}`);
  process.exitCode = 1;
  await stop();
}

function welcome(sandboxUrl: string): string {
  const keys = ROLES.map((role) => `    Authorization: Bearer ${sandboxKey(role)}`);
  return [
    '',
    `  GraphQL and GraphiQL   http://127.0.0.1:${port}/graphql`,
    `  The simulated world    ${sandboxUrl}/          (a picture of it; sign in to tenants here)`,
    `  To change the world    ${sandboxUrl}/control   (lists every call)`,
    `  To send web hooks to   ${sandboxUrl}/receiver  (what it gets is on the page of the world)`,
    '',
    '  Keys, valid only here:',
    ...keys,
    '',
    `  Everything is kept in ${dataFolder}. Ctrl+C stops it.`,
  ].join('\n');
}

function readLevel(word: string | undefined) {
  const levels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
  return levels.find((level) => level === word) ?? 'warn';
}

async function stop(): Promise<void> {
  await parts.disposeAsync();
  process.exit();
}
