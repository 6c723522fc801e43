import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { AtMost } from './at-most.ts';

export type OperationSeen = {
  /** As the client named it. */
  name: string | null;
  type: 'query' | 'mutation' | 'subscription';
  outcome: 'ok' | 'error';
  seconds: number;
};
/** One try at Azure DevOps; `status` is null when no answer came. */
export type AzureRequestSeen = {
  organization: string;
  status: number | null;
  seconds: number;
  /** What Azure says is left of its budget; null when it says nothing. */
  budget: number | null;
};
/** What is counted when somebody asks, not before. */
export type Sampled = {
  sockets: number;
  subscriptions: number;
  eventStreams: number;
  /** null: nothing waits for approval. */
  oldestPendingApprovalSeconds: number | null;
  tenantsByStatus: Readonly<Record<string, number>>;
  waitingJobs: number;
  /** Of web hooks that are on. */
  waitingDeliveries: number;
  /** null: none waits. */
  oldestWaitingDeliverySeconds: number | null;
};

/** What operators watch, in Prometheus' format. Names and labels are promises to dashboards: add, never rename. */
export type Metrics = {
  operation(seen: OperationSeen): void;
  azureRequest(seen: AzureRequestSeen): void;
  /** A request, or a socket, whose credential named nobody. */
  unadmitted(why: 'nobody' | 'unknown' | 'wait' | 'away'): void;
  /** Time from an event's change to this process having it, in seconds. */
  eventLag(seconds: number): void;
  /** Asked for at each scrape; what it cannot tell (the database is away) is left out of that scrape. */
  sample(source: () => Promise<Sampled>): void;
  print(): Promise<{ contentType: string; text: string }>;
};

/** Clients name their operations as they like: beyond this many names, and beyond this length, they are "other". */
const MOST_NAMES = 200;
const LONGEST_NAME = 100;
const UNNAMED = 'unnamed';
const OTHER = 'other';

const FAST = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const SLOW = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const names = new AtMost(MOST_NAMES);
  const operations = new Histogram({
    name: 'tenant_sync_operation_duration_seconds',
    help: 'GraphQL operations: how many, how long, how many with errors. A subscription counts its beginning.',
    labelNames: ['operation', 'type', 'outcome'],
    buckets: FAST,
    registers: [registry],
  });
  const azure = new Histogram({
    name: 'tenant_sync_azure_request_duration_seconds',
    help: 'Requests to Azure DevOps, by organisation and status; status "none" had no answer.',
    labelNames: ['organization', 'status'],
    buckets: SLOW,
    registers: [registry],
  });
  const budget = new Gauge({
    name: 'tenant_sync_azure_budget_remaining',
    help: 'What Azure DevOps last said is left of its budget (X-RateLimit-Remaining), by organisation.',
    labelNames: ['organization'],
    registers: [registry],
  });
  const lag = new Histogram({
    name: 'tenant_sync_event_lag_seconds',
    help: 'From the moment of a change to this process having its event.',
    buckets: FAST,
    registers: [registry],
  });
  const strangers = new Counter({
    name: 'tenant_sync_unadmitted_total',
    help: 'Requests and sockets that named nobody: no credential (nobody), a wrong one (unknown), too many wrong ones (wait), or Entra ID was away (away).',
    labelNames: ['why'],
    registers: [registry],
  });
  const showSample = sampledGauges(registry);
  let source: (() => Promise<Sampled>) | null = null;
  const nameOf = (name: string | null) => {
    if (name === null) return UNNAMED;
    return name.length <= LONGEST_NAME && names.admits(name) ? name : OTHER;
  };
  return {
    operation: ({ name, seconds, ...labels }) =>
      operations.observe({ operation: nameOf(name), ...labels }, seconds),
    azureRequest: ({ organization, status, seconds, budget: left }) => {
      azure.observe({ organization, status: status ?? 'none' }, seconds);
      if (left !== null) budget.set({ organization }, left);
    },
    unadmitted: (why) => strangers.inc({ why }),
    eventLag: (seconds) => lag.observe(Math.max(0, seconds)),
    sample: (given) => void (source = given),
    print: async () => {
      showSample(await source?.().catch(() => null));
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** They say nothing, rather than something old, when there is no sample. */
function sampledGauges(registry: Registry): (sample: Sampled | null | undefined) => void {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `tenant_sync_${name}`, help, labelNames, registers: [registry] });
  const sockets = gauge('sockets', 'Open WebSockets.');
  const subscriptions = gauge('subscriptions', 'Open subscriptions over WebSocket.');
  const streams = gauge('event_streams', 'Open streams of server-sent events.');
  const oldest = gauge(
    'oldest_pending_approval_seconds',
    'For how long the oldest pending approval has waited.',
  );
  const tenants = gauge('tenants', 'Tenants, by status.', ['status']);
  const jobs = gauge('jobs_waiting', 'Jobs that could run now and do not.');
  const deliveries = gauge('web_hook_deliveries_waiting', 'Deliveries that web hooks still have to be sent.');
  const oldestDelivery = gauge(
    'oldest_web_hook_delivery_seconds',
    'For how long the oldest waiting delivery of a web hook has waited.',
  );
  const single = [sockets, subscriptions, streams, oldest, jobs, deliveries, oldestDelivery];
  return (sample) => {
    for (const one of single) one.remove();
    tenants.reset();
    if (!sample) return;
    sockets.set(sample.sockets);
    subscriptions.set(sample.subscriptions);
    streams.set(sample.eventStreams);
    oldest.set(sample.oldestPendingApprovalSeconds ?? 0);
    jobs.set(sample.waitingJobs);
    deliveries.set(sample.waitingDeliveries);
    oldestDelivery.set(sample.oldestWaitingDeliverySeconds ?? 0);
    for (const [status, count] of Object.entries(sample.tenantsByStatus)) tenants.set({ status }, count);
  };
}
