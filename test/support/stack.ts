/** The whole thing for one test file: a database of its own, the API and the sandbox, joined only by HTTP. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp } from '../../src/app.ts';
import { type Environment, readConfig } from '../../src/config.ts';
import { SANDBOX_HOOK_SECRET, sandboxEnvironment } from '../../src/sandbox-environment.ts';
import type { Behaviour } from '../../src/sandbox/contract.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { planTenant, type TenantPlan } from '../../src/sandbox/tenants/tenant-plan.ts';
import { readPath } from '../../src/pipeline/configuration-file.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { createTestDatabase, existingDatabase } from './database.ts';
import { freePort } from './free-port.ts';
import type { Place } from './journey.ts';

export type StackOptions = {
  /** Repository names; all lie in one project. `showcase`: the sandbox's own fleet with its scenarios. */
  tenants: string[] | 'showcase';
  timeScale?: number;
  /** Whether somebody has to sign in to the tenants, or to these of them. */
  delegated?: boolean | readonly string[];
  plan?: Partial<TenantPlan> | ((name: string) => Partial<TenantPlan>);
  signInWindowSeconds?: number;
  /** Whether the simulated Azure DevOps sends web hooks. */
  hooks?: boolean;
  /** Settings of the program that differ. */
  settings?: Readonly<Record<string, string>>;
  /** A database that is there already, instead of a new one. */
  databaseUrl?: string;
  /** The program runs elsewhere, as a process of its own. */
  withoutApp?: boolean;
  /** Takes every line that the program logs, down to debug. */
  onLog?: (line: string) => void;
};

/** `TEST_LOG=debug npm test -- test/journeys/approve.test.ts` shows what the program logs meanwhile. */
const isShown = process.env.TEST_LOG === 'debug';
const loggerOf = ({ onLog }: StackOptions) =>
  createLogger(isShown || onLog ? 'debug' : 'silent', (line) => {
    onLog?.(line);
    if (isShown) process.stderr.write(`${line}\n`);
  });

export const ORGANIZATION = 'contoso-group';
export const PROJECT = 'Tenants';
/** A stage takes seconds in the sandbox's time, and a tenth of a second here. */
const TIME_SCALE = 20;

const FAST = { POLL_WATCHED_SECONDS: '0.15', POLL_ACTIVE_SECONDS: '0.15', POLL_IDLE_SECONDS: '0.3' };

/** One property of one object, with its values as JSON texts. */
export type Edit = {
  path: string;
  configurationType: string;
  displayName: string;
  property: string;
  before: string;
  after: string;
};

export type Stack = AsyncDisposable & Awaited<ReturnType<typeof startStack>>;

export async function startStack(options: StackOptions) {
  await using parts = new AsyncDisposableStack();
  const logger = loggerOf(options);
  const dataFolder = await mkdtemp(join(tmpdir(), 'tenant-sync-test-'));
  parts.defer(() => rm(dataFolder, { recursive: true, force: true }));
  const { databaseUrl } = options;
  const database = parts.use(
    databaseUrl === undefined ? await createTestDatabase() : existingDatabase(databaseUrl),
  );
  const port = await freePort();
  const signInWindowSeconds = options.signInWindowSeconds ?? 180;
  const sandbox = await startSandbox({
    dataFolder,
    port: 0,
    timeScale: options.timeScale ?? TIME_SCALE,
    apiUrl: () => `http://127.0.0.1:${port}`,
    scenarios: options.tenants === 'showcase',
    fleet: fleetOf(options),
    signInWindowMs: signInWindowSeconds * 1_000,
    ...(options.hooks ? { hookPassword: SANDBOX_HOOK_SECRET } : {}),
    logger,
  });
  parts.defer(() => sandbox.stop());
  const environmentOf = (ownPort: number, settings: Environment = {}) => ({
    ...sandboxEnvironment(sandbox, { databaseUrl: database.url, port: ownPort }),
    ...FAST,
    SIGN_IN_WINDOW_SECONDS: String(signInWindowSeconds),
    ...options.settings,
    ...settings,
  });
  const configOn = (ownPort: number, settings?: Environment) => readConfig(environmentOf(ownPort, settings));
  let app = options.withoutApp ? null : await startApp(configOn(port), logger);
  parts.defer(async () => app?.[Symbol.asyncDispose]());
  const kept = parts.move();
  const place: Place = {
    url: `http://127.0.0.1:${port}/graphql`,
    organization: ORGANIZATION,
    project: PROJECT,
  };
  return {
    place,
    sandbox,
    database,
    dataFolder,
    port,
    environmentOf,
    /** The program ends, and begins anew on the same database. */
    restartApp: async (settings?: Environment) => {
      await app?.[Symbol.asyncDispose]();
      app = await startApp(configOn(port, settings), logger);
    },
    /** Another instance of the program; the pipelines go on asking the first. */
    startSecondApp: async () => {
      const secondPort = await freePort();
      const second = await startApp(configOn(secondPort), logger);
      return { place: { ...place, url: `http://127.0.0.1:${secondPort}/graphql` }, app: second };
    },
    ...actionsOn(sandbox),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const fleetOf = (options: StackOptions) =>
  options.tenants === 'showcase'
    ? options.tenants
    : options.tenants.map((name) => blueprintOf(name, options));

const blueprintOf = (name: string, { delegated, plan }: StackOptions) =>
  planTenant({
    organization: ORGANIZATION,
    repository: name,
    displayName: `Tenant ${name}`,
    authentication: isDelegated(name, delegated) ? 'delegated' : 'application',
    ...(typeof plan === 'function' ? plan(name) : plan),
  }).blueprint;

const isDelegated = (name: string, delegated: StackOptions['delegated']) =>
  Array.isArray(delegated) ? delegated.includes(name) : delegated === true;

/** What happens in the world outside the API. */
function actionsOn(sandbox: Sandbox) {
  const { control, world } = sandbox;
  const keyOf = (repository: string) => ({ organization: ORGANIZATION, project: PROJECT, repository });
  const openRun = (name: string) => {
    const run = world.runs(keyOf(name)).find(({ phase }) => phase !== 'FINISHED');
    if (!run) throw new Error(`${name} has no open run.`);
    return run.buildId;
  };
  const editMain = async (name: string, path: string, change: (text: string) => string) => {
    const before = await world.readFile(keyOf(name), 'main', path);
    if (before === null) throw new Error(`${name} has no file ${path}.`);
    await world.editFile(keyOf(name), path, change(before), 'Edited in the portal');
  };
  return {
    editMain,
    /** Changes one policy on `main`: what the next sync would write to the tenant. */
    async desireChange(name: string): Promise<Edit> {
      const edit = await pickPolicy(sandbox, keyOf(name));
      await editMain(name, edit.path, (text) =>
        text.replace(`"state": ${edit.before}`, `"state": ${edit.after}`),
      );
      return edit;
    },
    /** Changes the key of the Wi-Fi on `main`: a sensitive value that the next sync would write to the tenant. */
    async desireSecret(name: string, secret: string): Promise<void> {
      const files = [...(await world.readFiles(keyOf(name), 'main'))];
      const [path] = files.find(([, text]) => text.includes('"preSharedKey"')) ?? [];
      if (!path) throw new Error(`${name} has no Wi-Fi with a key.`);
      await editMain(name, path, (text) =>
        text.replace(/"preSharedKey": "[^"]*"/, `"preSharedKey": "${secret}"`),
      );
    },
    /** Changes one policy in the tenant itself: the same one, to a third value, when one is given. */
    async drift(name: string, same?: Edit): Promise<Edit> {
      const edit = same ?? (await pickPolicy(sandbox, keyOf(name)));
      const after = same ? '"enabledForReportingButNotEnforced"' : edit.after;
      const { configurationType, displayName, property } = edit;
      control.drift(name, {
        kind: 'set',
        configurationType,
        displayName,
        property,
        value: JSON.parse(after) as string,
      });
      return { ...edit, after };
    },
    /** As JSON text. */
    tenantValue(name: string, { configurationType, displayName, property }: Edit): string {
      const object = control
        .configuration(name)
        .find((one) => one.configurationType === configurationType && one.displayName === displayName);
      return JSON.stringify(object?.properties[property]);
    },
    async fileValue(name: string, branch: string, { path, property }: Edit): Promise<string> {
      const text = (await world.readFile(keyOf(name), branch, path)) ?? '{}';
      return JSON.stringify((JSON.parse(text) as Record<string, unknown>)[property]);
    },
    mainFiles: (name: string) => world.readFiles(keyOf(name), 'main'),
    async configurationOn(name: string, branch: string) {
      const files = await world.readFiles(keyOf(name), branch);
      return new Map([...files].filter(([path]) => readPath(path)));
    },
    /** Newest first, asked as anybody with a token of their own would. */
    async mainCommits(name: string): Promise<{ id: string; message: string }[]> {
      const url = `${sandbox.azureDevOpsUrl}/${ORGANIZATION}/${PROJECT}/_apis/git/repositories/${name}/commits?searchCriteria.itemVersion.version=main&searchCriteria.$top=200&api-version=7.1`;
      const authorization = `Basic ${Buffer.from(':token').toString('base64')}`;
      const response = await fetch(url, { headers: { authorization } });
      const { value } = (await response.json()) as { value: { commitId: string; comment: string }[] };
      return value.map(({ commitId, comment }) => ({ id: commitId, message: comment }));
    },
    behave: (name: string, behaviour: Behaviour) => world.setBehaviour(keyOf(name), behaviour),
    runSchedule: (name: string) => world.runSchedule(keyOf(name)),
    decideInPortal: (name: string, verdict: 'approved' | 'rejected', by: string, comment: string) =>
      world.decideInPortal(openRun(name), verdict, by, comment),
    signIn: (_name: string, userCode: string) => void control.signIn(userCode),
    declineSignIn: (userCode: string) => void control.signIn(userCode, 'decline'),
    /** What really reached the gates of the tenant's runs. */
    answersToGates: (name: string) =>
      world.ledger().filter(({ kind, key }) => kind === 'gateAnswered' && key.repository === name),
  };
}

async function pickPolicy(
  sandbox: Sandbox,
  key: Parameters<Sandbox['world']['readFiles']>[0],
): Promise<Edit> {
  const files = await sandbox.world.readFiles(key, 'main');
  for (const [path, text] of files) {
    const name = readPath(path);
    if (
      name?.configurationType === 'MSGraph:ConditionalAccess:Policies' &&
      text.includes('"state": "enabled"')
    ) {
      return { path, ...name, property: 'state', before: '"enabled"', after: '"disabled"' };
    }
  }
  throw new Error(`${key.repository} has no policy that is enabled.`);
}
