import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type AgentCall, runAgent } from '../agent/run-agent.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { HOOK_PATH } from '../pipeline/service-hooks.ts';
import { createAzureDevOpsWorld, type SimulatedAzureDevOps } from './azure-devops/azure-devops-world.ts';
import { createSandboxClock } from './clock.ts';
import type { Route } from './contract.ts';
import { CONTROL_CALLS, resetCall } from './control/control-calls.ts';
import { FAULT_CALLS } from './control/fault-calls.ts';
import { RECEIVER_CALLS } from './control/receiver-calls.ts';
import { controlRoute } from './control/control-routes.ts';
import { pictureRoute } from './control/picture.ts';
import { resetSandbox } from './control/reset.ts';
import { createControl, type ControlParts, type SandboxControl } from './control/sandbox-control.ts';
import { createEntra, type Entra } from './entra/entra.ts';
import { createGraph, GRAPH_PREFIX, type SimulatedGraph } from './graph/graph.ts';
import { createReceiver } from './receiver.ts';
import { openRegistry, type Registry } from './registry.ts';
import { Director } from './scenarios/director.ts';
import { type Fleet, fleetOf } from './tenants/fleet.ts';
import type { FleetTenant } from './tenants/tenant-plan.ts';
import { openSimulatedTenants, type SimulatedTenants } from './tenants/simulated-tenants.ts';
import { sendJson } from './web.ts';

export type SandboxOptions = {
  dataFolder: string;
  /** 0 takes any free one. */
  port: number;
  /** How many times as fast as the wall clock waiting passes; 1 is real time. */
  timeScale: number;
  /** Where the API is; asked at each use, it may start later. */
  apiUrl: () => string;
  /** Whether every status is kept on show. */
  scenarios: boolean;
  fleet: Fleet;
  logger: Logger;
  /** Wall milliseconds that the API gives people to sign in. */
  signInWindowMs?: number;
  /** With it, Azure DevOps tells the API of what happens by service hooks. */
  hookPassword?: string;
  /** Seconds between two questions of a client that waits for a sign-in. */
  signInPollSeconds?: number;
  /** Runs the command of the pipeline's steps elsewhere than in this process. */
  runAgent?: (call: AgentCall) => Promise<number>;
};

/** Simulated Azure DevOps, Entra ID and Microsoft 365 tenants, on one HTTP server. */
export type Sandbox = {
  url: string;
  /** Instead of https://dev.azure.com. */
  azureDevOpsUrl: string;
  /** Instead of https://login.microsoftonline.com. */
  entraUrl: string;
  /** Instead of https://graph.microsoft.com/v1.0. */
  graphUrl: string;
  world: SimulatedAzureDevOps;
  graph: SimulatedGraph;
  entra: Entra;
  tenants: SimulatedTenants;
  registry: Registry;
  /** What the control API does, as functions. */
  control: SandboxControl & { reset(): Promise<{ canceledRuns: number }> };
  stop(): Promise<void>;
};

const HOST = '127.0.0.1';

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { server, url, serve } = await listen(options);
  const baseUrl = () => url;
  const parts = await openParts(options, baseUrl);
  await onboard(parts.registry, fleetOf(options.fleet));
  if (options.hookPassword !== undefined)
    parts.world.addHooks({ url: `${options.apiUrl()}${HOOK_PATH}`, password: options.hookPassword });

  const { signInWindowMs = 180_000, logger } = options;
  const director = options.scenarios ? new Director({ ...parts, logger }, { signInWindowMs }) : null;
  const reset = async () => {
    let done = { canceledRuns: 0 };
    const act = async () => void (done = await resetSandbox(parts));
    await (director ? director.whilePaused(act) : act());
    return done;
  };
  const control = { ...createControl(parts), reset };
  const { world, entra } = parts;
  const calls = [...CONTROL_CALLS, ...FAULT_CALLS, ...RECEIVER_CALLS, resetCall(reset)];
  const graph = createGraph(parts.tenants, baseUrl);
  serve([
    world.route,
    entra.route,
    graph.route,
    parts.receiver.route,
    controlRoute({ control, calls, baseUrl }),
    pictureRoute(control),
  ]);

  return {
    url,
    azureDevOpsUrl: `${url}/azure-devops`,
    entraUrl: `${url}/entra`,
    graphUrl: `${url}${GRAPH_PREFIX}`,
    ...parts,
    graph,
    control,
    async stop() {
      await director?.stop();
      await world.stop();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      await Promise.all([entra.flush(), parts.tenants.flush(), parts.registry.flush()]);
    },
  };
}

/** Baselines come first: the others' repositories refer to a commit of theirs. */
async function onboard(registry: Registry, fleet: readonly FleetTenant[]): Promise<void> {
  for (const isBaseline of [true, false]) {
    const batch = fleet.filter(({ blueprint }) => (blueprint.baseline === null) === isBaseline);
    await Promise.all(batch.map((tenant) => registry.onboard(tenant)));
  }
}

async function openParts(options: SandboxOptions, baseUrl: () => string): Promise<ControlParts> {
  const { dataFolder, apiUrl, timeScale, signInPollSeconds = Math.max(0.2, 2 / timeScale) } = options;
  const clock = createSandboxClock(timeScale);
  const entra = await createEntra({ dataFolder, baseUrl, pollIntervalSeconds: signInPollSeconds });
  const tenants = await openSimulatedTenants(dataFolder, (token) => entra.readTenantToken(token));
  const world = await createAzureDevOpsWorld({
    dataFolder: join(dataFolder, 'azure-devops'),
    clock,
    baseUrl,
    apiUrl,
    graphUrl: () => `${baseUrl()}${GRAPH_PREFIX}`,
    entraUrl: () => `${baseUrl()}/entra`,
    runAgent: options.runAgent ?? runAgent,
    identify: (bearer) => entra.identify(bearer),
  });
  const registry = await openRegistry(dataFolder, { world, entra, tenants });
  return { world, entra, tenants, registry, clock, receiver: createReceiver(), baseUrl, apiUrl };
}

type Listening = { server: Server; url: string; serve: (routes: readonly Route[]) => void };

/** The address must be known before the parts that tell it to others; until they are there the answer is 503. */
async function listen({ port, logger }: SandboxOptions): Promise<Listening> {
  let routes: readonly Route[] | null = null;
  let url = '';
  const server = createServer((request, response) => {
    void answer(routes, url, request, response).catch((error: unknown) => {
      logger.error('The sandbox failed to answer.', { path: request.url, error: messageOf(error) });
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: 'The sandbox failed: its log says why.' });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  });
  const address = server.address();
  url = `http://${HOST}:${typeof address === 'object' && address ? address.port : port}`;
  return { server, url, serve: (given) => void (routes = given) };
}

async function answer(
  routes: readonly Route[] | null,
  base: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!routes)
    return void sendJson(response, 503, { error: 'The sandbox is starting: try again in a second.' });
  const target = request.url ?? '/';
  const url = URL.parse(target.startsWith('/') ? `${base}${target}` : target);
  if (!url) return void sendJson(response, 400, { error: 'The address cannot be read.' });
  for (const route of routes) if (await route(request, response, url)) return;
  sendJson(response, 404, { error: `There is nothing at ${url.pathname}: ${base}/ shows the sandbox.` });
}
