/** What an operator sees of a sync: figures, and one trace from the request to Azure DevOps and the events. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { get, subscribe } from '../support/client.ts';
import { type Collector, startCollector } from '../support/collector.ts';
import { freePort } from '../support/free-port.ts';
import { untilStatus } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

let stack: Stack;
let collector: Collector;
let metricsPort: number;
beforeAll(async () => {
  [collector, metricsPort] = await Promise.all([startCollector(), freePort()]);
  stack = await startStack({
    tenants: ['contoso'],
    settings: { METRICS_PORT: String(metricsPort), OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await collector[Symbol.asyncDispose]();
});

const START = /* GraphQL */ `
  mutation Telemetry($tenantId: ID!) {
    startSync(input: { tenantId: $tenantId }) {
      __typename
    }
  }
`;
const scrape = async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();

test("A sync is one trace, behind the caller's own: the mutation, its job, the request to Azure DevOps, the event", async () => {
  const { place } = stack;
  const { id } = await untilStatus(place, 'contoso', 'NOT_RUN');
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  await fetch(place.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: 'Bearer sandbox-operator',
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    },
    body: JSON.stringify({ query: START, variables: { tenantId: id } }),
  });
  const names = () => collector.spans.filter((span) => span.traceId === traceId).map(({ name }) => name);
  const wanted = ['mutation Telemetry', 'job queue-run'];
  await waitFor(
    () => `the spans; there are ${names().join(', ')}`,
    () =>
      wanted.every((name) => names().includes(name)) &&
      names().some((name) => name.startsWith('Azure DevOps: ')),
    { withinMs: 20_000 },
  );
  const ofTrace = collector.spans.filter((span) => span.traceId === traceId);
  const [mutation, job] = wanted.map((name) => ofTrace.find((span) => span.name === name));
  expect(mutation?.parentSpanId).toBe('b7ad6b7169203331');
  expect(job?.parentSpanId).toBe(mutation?.spanId);
  expect(mutation?.events?.map(({ name }) => name)).toContain('event appended');
  const queue = ofTrace.filter(
    ({ name, parentSpanId }) => name.startsWith('Azure DevOps: ') && parentSpanId === job?.spanId,
  );
  expect(queue.length).toBeGreaterThan(0);
});

test('The metrics show operations, sockets, event lag, Azure DevOps and what waits for approval', async () => {
  const { place } = stack;
  await using events = subscribe(place.url, 'subscription Watch { events { __typename } }');
  await events.opened;
  await get(place.url, 'query Look { viewer { actor { displayName } } }');
  await untilStatus(place, 'contoso', 'IDLE');
  const text = await scrape();
  const count = (series: RegExp) => {
    const line = text.split('\n').find((one) => series.test(one));
    return Number(line?.split(' ').at(-1));
  };
  expect(
    count(/^tenant_sync_operation_duration_seconds_count\{operation="Look",type="query",outcome="ok"\}/),
  ).toBe(1);
  expect(count(/^tenant_sync_sockets /)).toBe(1);
  expect(count(/^tenant_sync_subscriptions /)).toBe(1);
  expect(count(/^tenant_sync_event_lag_seconds_count/)).toBeGreaterThan(0);
  expect(
    count(/^tenant_sync_azure_request_duration_seconds_count\{organization="contoso-group",status="200"\}/),
  ).toBeGreaterThan(0);
  expect(count(/^tenant_sync_oldest_pending_approval_seconds /)).toBe(0);
  expect(count(/^tenant_sync_tenants\{status="IDLE"\}/)).toBe(1);
  expect(count(/^nodejs_eventloop_lag_seconds /)).toBeGreaterThanOrEqual(0);
  expect((await fetch(`http://127.0.0.1:${metricsPort}/`)).status).toBe(404);
});
