/**
 * The composition: every part is made here, once, and handed to those that need it. Parts are stopped in the reverse
 * order of their making.
 */
import { AuditCheckpoints } from './access/audit-checkpoints.ts';
import { type Authenticate, createAuthenticate } from './access/authenticate.ts';
import { createCheckpointSigner } from './access/checkpoint.ts';
import { createEntraCallers } from './access/entra-callers.ts';
import { RIGHTS_CHANGED } from './access/rights.ts';
import { RightsWatcher } from './access/rights-watcher.ts';
import { createAzureDevOps } from './azure-devops/azure-devops.ts';
import { createDoors, type Doors } from './azure-devops/doors.ts';
import { createOnBehalfOf } from './azure-devops/on-behalf-of.ts';
import { createPipelineTokenVerifier, type PipelineTokenVerifier } from './azure-devops/pipeline-token.ts';
import { createTokenSource } from './azure-devops/service-credential.ts';
import { createServiceConnectionLookup } from './azure-devops/service-connections.ts';
import { createTenantSignIn } from './azure-devops/tenant-sign-in.ts';
import { type Config, publicUrlOf } from './config.ts';
import { appCredential, serviceCredential } from './credentials.ts';
import { type Database, databaseNow } from './database/database.ts';
import { Listener } from './database/listener.ts';
import { EVENTS_APPENDED } from './events/append-events.ts';
import type { LoggedEvent } from './events/event.ts';
import { EventFeed } from './events/feed.ts';
import { jobHandlers } from './job-handlers.ts';
import { Worker } from './jobs/worker.ts';
import type { Logger } from './lib/logger.ts';
import { createSeal, type Seal } from './lib/seal.ts';
import { openDatabases } from './open-databases.ts';
import { operationalSample } from './operational-sample.ts';
import { HINTED, readHint } from './poller/hints.ts';
import { Poller } from './poller/poller.ts';
import { prepareDatabase } from './prepare-database.ts';
import { scheduleRetention } from './retention.ts';
import { answerPipelineJob } from './server/pipeline-credentials-route.ts';
import { createServer } from './server/server.ts';
import type { Services } from './sync-runs/services.ts';
import { SignInDesk } from './sync-runs/sign-in-desk.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { serveMetrics } from './telemetry/metrics-server.ts';
import { ANSWER_WITHIN_MS, Deliverer } from './web-hooks/deliverer.ts';
import { createPost } from './web-hooks/post.ts';
import { createResolve, resolveHere } from './web-hooks/resolve-name.ts';
import { ANYWHERE, PUBLIC_ONLY } from './web-hooks/target-address.ts';
import type { WebHookServices } from './web-hooks/web-hook-services.ts';

/** The running program. Disposing of it stops it gracefully. */
export type App = AsyncDisposable & { port: number };

const JOBS_AT_A_TIME = 8;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** `graphiqlHeaders`: what GraphiQL's Headers pane begins with, where keys are no secret. */
export type Extras = { graphiqlHeaders?: Readonly<Record<string, string>> };

export async function startApp(config: Config, logger: Logger, extras: Extras = {}): Promise<App> {
  await using stack = new AsyncDisposableStack();
  if (config.OTEL_EXPORTER_OTLP_ENDPOINT) {
    // Nearly 200 modules, which only those need who have a collector.
    const { startTracing } = await import('./telemetry/start-tracing.ts');
    stack.use(startTracing(config.OTEL_EXPORTER_OTLP_ENDPOINT));
  }
  const metrics = createMetrics();
  const { database, direct, listenUrl } = stack.use(await openDatabases(config, logger));
  await prepareDatabase(direct, { ownerUrl: config.DATABASE_OWNER_URL, logger });
  const seal = createSeal(config.ENCRYPTION_KEYS);
  const webHooks = createWebHooks(config, { database, seal });
  const deliverer = stack.use(new Deliverer({ ...webHooks, logger }));
  const onTake = (events: readonly LoggedEvent[]) => {
    deliverer.wake();
    for (const { occurredAt } of events) metrics.eventLag((Date.now() - occurredAt.getTime()) / 1_000);
  };
  const feed = stack.use(await EventFeed.start({ db: database.db, logger, onTake }));
  const authenticate = createAuthentication(config, { database, logger });
  const watcher = stack.use(new RightsWatcher({ db: database.db, authenticate, logger }));
  const doors = createDoors({
    tokens: createTokenSource(serviceCredential(config), entraOf(config, logger)),
    logger,
    observe: (seen) => metrics.azureRequest(seen),
  });
  const { services, poller } = createServices(config, { database, feed, doors, seal, logger });
  stack.use(new SignInDesk(services));
  const listener = stack.use(
    new Listener({
      url: listenUrl,
      channels: [EVENTS_APPENDED, RIGHTS_CHANGED, HINTED],
      onWake: (channel, payload) => {
        if (channel === RIGHTS_CHANGED) watcher.wake();
        else if (channel === HINTED) poller.hear(readHint(payload));
        else feed.wake();
      },
      logger,
    }),
  );
  const retention = { db: database.db, logger, keepMs: config.EVENT_RETENTION_DAYS * DAY_MS };
  const handlers = jobHandlers(services, retention);
  stack.use(await Worker.start({ database: direct, handlers, logger, concurrency: JOBS_AT_A_TIME }));
  await scheduleRetention(database.db);
  const auditSigner = config.AUDIT_SIGNING_KEY ? createCheckpointSigner(config.AUDIT_SIGNING_KEY) : null;
  if (auditSigner) {
    logger.info('The audit log is signed.', { publicKey: auditSigner.publicKey });
    stack.use(new AuditCheckpoints({ db: database.db, signer: auditSigner, logger }));
  }
  const verify = createVerifier(config, { database, doors, logger });
  const server = stack.use(
    createServer({
      services,
      webHooks,
      database,
      feed,
      listener,
      authenticate,
      auditSigner,
      metrics,
      watchRights: (stream) => watcher.watch(stream),
      answerPipelineJob: (question) => answerPipelineJob(services, verify, question),
      hookSecret: config.AZURE_DEVOPS_HOOK_SECRET ?? null,
      options: {
        graphiql: config.GRAPHIQL === 'on',
        graphiqlHeaders: extras.graphiqlHeaders,
        introspection: config.INTROSPECTION,
        proxies: config.TRUSTED_PROXIES,
        corsOrigins: config.CORS_ORIGINS,
        heartbeatEveryMs: config.HEARTBEAT_SECONDS * 1_000,
        sockets: {
          slowForMs: config.SLOW_CLIENT_SECONDS * 1_000,
          mostPerViewer: config.SOCKETS_PER_CALLER,
        },
      },
    }),
  );
  metrics.sample(() => operationalSample(database.db, server));
  if (config.METRICS_PORT !== undefined) {
    stack.use(await serveMetrics(metrics, { port: config.METRICS_PORT, host: config.HOST, logger }));
  }
  const port = await server.listen(config.PORT, config.HOST);
  stack.use(poller);
  poller.start();
  const parts = stack.move();
  return { port, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

type Parts = { database: Database; feed: EventFeed; doors: Doors; seal: Seal; logger: Logger };

/** In the sandbox receivers are on this machine; anywhere else they may be at public addresses only. */
function createWebHooks(
  config: Config,
  { database: { db }, seal }: Pick<Parts, 'database' | 'seal'>,
): WebHookServices {
  const isSandbox = config.ENTRA_EMULATOR_URL !== undefined;
  const reach = isSandbox ? ANYWHERE : PUBLIC_ONLY;
  const resolve = isSandbox ? resolveHere : createResolve();
  return { db, seal, reach, post: createPost({ reach, resolve, withinMs: ANSWER_WITHIN_MS }) };
}

function createServices(
  config: Config,
  { database, feed, doors, seal, logger }: Parts,
): { services: Services; poller: Poller } {
  const { db } = database;
  const projects = config.AZURE_DEVOPS_PROJECTS;
  const application = appCredential(config);
  const onBehalfOf = application && createOnBehalfOf(application, entraOf(config, logger));
  const signIn = createTenantSignIn({
    db,
    seal,
    entra: entraOf(config, logger),
    signInClientId: config.SIGN_IN_CLIENT_ID ?? config.ENTRA_CLIENT_ID ?? '',
    application,
  });
  const settings = {
    signInWindowMs: config.SIGN_IN_WINDOW_SECONDS * 1_000,
    staleAfterMs: config.STALE_AFTER_SECONDS * 1_000,
    publicUrl: publicUrlOf(config),
  };
  const services: Services = {
    db,
    azure: createAzureDevOps({ projects, doors, onBehalfOf, logger }),
    signIn,
    seal,
    settings,
    lookSoon: (project, buildId) => poller.lookSoon(project, buildId),
    logger,
  };
  const poller: Poller = new Poller({
    services,
    projects,
    cadence: cadenceOf(config),
    isWatched: () => feed.isWatched,
  });
  return { services, poller };
}

function createAuthentication(
  config: Config,
  { database: { db }, logger }: Pick<Parts, 'database' | 'logger'>,
): Authenticate {
  const { ENTRA_CALLER_DIRECTORIES: directories, ENTRA_CALLER_SCOPE: scope } = config;
  const audience = config.ENTRA_CALLER_AUDIENCE ?? config.ENTRA_CLIENT_ID ?? '';
  const authority = config.ENTRA_EMULATOR_URL?.replace(/\/$/, '') ?? 'https://login.microsoftonline.com';
  const entra =
    directories.length > 0
      ? createEntraCallers({ db, logger, directories, audience, scope, authority })
      : null;
  return createAuthenticate({ db, fixedKeys: config.SANDBOX_API_KEYS, entra });
}

function createVerifier(
  config: Config,
  { database: { db }, doors, logger }: Pick<Parts, 'database' | 'doors' | 'logger'>,
): PipelineTokenVerifier {
  const findConnection = createServiceConnectionLookup({ projects: config.AZURE_DEVOPS_PROJECTS, doors });
  return createPipelineTokenVerifier({
    issuers: config.PIPELINE_OIDC_ISSUERS,
    findConnection,
    now: () => databaseNow(db),
    logger,
  });
}

const entraOf = (config: Config, logger: Logger) => ({ emulatorUrl: config.ENTRA_EMULATOR_URL, logger });

const cadenceOf = (config: Config) => ({
  watchedEveryMs: config.POLL_WATCHED_SECONDS * 1_000,
  activeEveryMs: config.POLL_ACTIVE_SECONDS * 1_000,
  idleEveryMs: config.POLL_IDLE_SECONDS * 1_000,
  hookedEveryMs: config.POLL_HOOKED_SECONDS * 1_000,
  fullEveryMs: config.DISCOVER_SECONDS * 1_000,
});
