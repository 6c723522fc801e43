/** What operators want to know of the whole system at a moment, for the metrics. */
import { sql } from 'drizzle-orm';
import type { Db } from './database/database.ts';
import type { ApiServer } from './server/server.ts';
import type { Sampled } from './telemetry/metrics.ts';
import { waitingDeliveries } from './web-hooks/waiting-deliveries.ts';

type Row = { status: string; count: string; oldest: number | null };

export async function operationalSample(db: Db, server: Pick<ApiServer, 'open'>): Promise<Sampled> {
  const [{ rows }, jobs, deliveries] = await Promise.all([
    db.execute<Row>(sql`
      select status, count(*) as count, extract(epoch from now() - min(status_since))::float8 as oldest
      from tenants where removed_at is null group by status`),
    db.execute<{ count: string }>(sql`
      select count(*) as count from graphile_worker._private_jobs
      where run_at <= now() and locked_at is null and attempts < max_attempts`),
    waitingDeliveries(db),
  ]);
  const pending = rows.find(({ status }) => status === 'PENDING_APPROVAL');
  return {
    ...server.open(),
    oldestPendingApprovalSeconds: pending?.oldest ?? null,
    tenantsByStatus: Object.fromEntries(rows.map(({ status, count }) => [status, Number(count)])),
    waitingJobs: Number(jobs.rows[0]?.count),
    waitingDeliveries: deliveries.count,
    oldestWaitingDeliverySeconds: deliveries.oldestSeconds,
  };
}
