import { expect, test } from 'vitest';
import { createMetrics, type Sampled } from '../../src/telemetry/metrics.ts';

const operation = (name: string | null) => ({
  name,
  type: 'query' as const,
  outcome: 'ok' as const,
  seconds: 0.01,
});
const sampled: Sampled = {
  sockets: 3,
  subscriptions: 5,
  eventStreams: 1,
  oldestPendingApprovalSeconds: 90,
  tenantsByStatus: { IDLE: 7 },
  waitingJobs: 2,
  waitingDeliveries: 4,
  oldestWaitingDeliverySeconds: 60,
};
const valueOf = (text: string, series: string) =>
  text
    .split('\n')
    .find((line) => line.startsWith(`${series} `))
    ?.split(' ')[1];

test('Whatever clients call their operations, the series stay bounded', async () => {
  const metrics = createMetrics();
  for (let index = 0; index < 1_000; index++) metrics.operation(operation(`Made up ${index}`));
  metrics.operation(operation('x'.repeat(10_000)));
  metrics.operation(operation(null));
  const { text } = await metrics.print();
  const counts = text
    .split('\n')
    .filter((line) => line.startsWith('tenant_sync_operation_duration_seconds_count'));
  expect(counts).toHaveLength(202);
  const other = 'tenant_sync_operation_duration_seconds_count{operation="other",type="query",outcome="ok"}';
  expect(valueOf(text, other)).toBe('801');
});

test('A scrape shows what is open and waiting now, and nothing instead of something old', async () => {
  const metrics = createMetrics();
  let isAway = false;
  metrics.sample(() => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(sampled)));
  const { text } = await metrics.print();
  expect(valueOf(text, 'tenant_sync_sockets')).toBe('3');
  expect(valueOf(text, 'tenant_sync_oldest_pending_approval_seconds')).toBe('90');
  expect(valueOf(text, 'tenant_sync_web_hook_deliveries_waiting')).toBe('4');
  expect(valueOf(text, 'tenant_sync_oldest_web_hook_delivery_seconds')).toBe('60');
  expect(valueOf(text, 'tenant_sync_tenants{status="IDLE"}')).toBe('7');
  isAway = true;
  const later = (await metrics.print()).text;
  expect(valueOf(later, 'tenant_sync_sockets')).toBeUndefined();
  expect(valueOf(later, 'tenant_sync_web_hook_deliveries_waiting')).toBeUndefined();
  expect(valueOf(later, 'tenant_sync_tenants{status="IDLE"}')).toBeUndefined();
});
