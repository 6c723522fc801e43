/** `POST /pipeline/credentials`: a job of the pipeline asks for its tenant's credential. */
import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import type { PipelineJob, PipelineTokenVerifier } from '../azure-devops/pipeline-token.ts';
import { standingDecisions } from '../change-sets/decisions.ts';
import { messageOf, UpstreamError } from '../lib/errors.ts';
import { type CredentialRequest, DEFAULT_NAMES, SYNC_STAGES } from '../pipeline/contract.ts';
import { adoptRun } from '../sync-runs/adopt-run.ts';
import { answerCredentialRequest } from '../sync-runs/pipeline-credentials.ts';
import type { Services } from '../sync-runs/services.ts';
import type { SyncRun } from '../sync-runs/sync-run.ts';
import { syncRuns } from '../sync-runs/sync-runs.table.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { tenants } from '../tenants/tenants.table.ts';

export type JsonAnswer = { status: number; body: unknown };

const requestShape = z.object({
  buildId: z.number().int().positive(),
  stage: z.enum(SYNC_STAGES),
  signsInItself: z.boolean().default(false),
});

const refuse = (status: number, code: string, message: string): JsonAnswer => ({
  status,
  body: { code, message },
});

/** `authorization` is the header with the job's OIDC token, `body` the parsed JSON. Never throws for what a job sends. */
export async function answerPipelineJob(
  services: Services,
  verify: PipelineTokenVerifier,
  { authorization, body }: { authorization: string | undefined; body: unknown },
): Promise<JsonAnswer> {
  const request = requestShape.safeParse(body);
  if (!request.success) {
    return refuse(
      400,
      'BAD_REQUEST',
      `Send {"buildId": number, "stage": one of ${SYNC_STAGES.join(', ')}} as JSON.`,
    );
  }
  try {
    const job = await verify((authorization ?? '').replace(/^Bearer /i, ''));
    if (!job)
      return refuse(
        401,
        'TOKEN_REFUSED',
        "The bearer must be the OIDC token of the tenant's service connection.",
      );
    return await answerVerified(services, job, request.data);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    services.logger.warn('A job could not be given a credential.', {
      buildId: request.data.buildId,
      reason: messageOf(error),
    });
    return refuse(
      503,
      'UPSTREAM_UNAVAILABLE',
      `Microsoft could not be asked: ${messageOf(error)} Ask again later.`,
    );
  }
}

async function answerVerified(
  services: Services,
  job: PipelineJob,
  request: CredentialRequest,
): Promise<JsonAnswer> {
  const found = await findRun(services, job, request.buildId);
  if (!found) {
    return refuse(
      403,
      'UNKNOWN_RUN',
      `No tenant's run ${request.buildId} belongs to ${job.serviceConnection}.`,
    );
  }
  const approvedDigest = await approvedDigestOf(services, found.run);
  return answerCredentialRequest(services, { ...found, request, approvedDigest });
}

async function findRun(services: Services, job: PipelineJob, buildId: number) {
  for (const tenant of await tenantsOf(services, job)) {
    const run = await runOf(services, tenant, buildId);
    if (run) return { tenant, run };
  }
  return null;
}

/** By the connection's name: what it is by rule, or was when a tenant that was renamed since was first found. */
async function tenantsOf(services: Services, job: PipelineJob): Promise<Tenant[]> {
  const rows = await services.db
    .select()
    .from(tenants)
    .where(
      and(
        eq(tenants.organization, job.organization),
        eq(tenants.project, job.project),
        isNull(tenants.removedAt),
      ),
    );
  return rows.filter(({ name, serviceConnection }) =>
    [DEFAULT_NAMES.serviceConnectionOf(name), serviceConnection].includes(job.serviceConnection),
  );
}

/** The job may ask before the poller saw its run, or before the answer to our own queue request was stored. */
async function runOf(services: Services, tenant: Tenant, buildId: number): Promise<SyncRun | null> {
  const [known] = await services.db
    .select()
    .from(syncRuns)
    .where(and(eq(syncRuns.tenantId, tenant.id), eq(syncRuns.buildId, buildId)));
  if (known) return known;
  const build = await services.azure.readRun(tenant, buildId);
  return build?.pipelineId === tenant.pipelineId ? adoptRun(services.db, { tenant, seen: build }) : null;
}

async function approvedDigestOf(services: Services, run: SyncRun): Promise<string | null> {
  const standing = await standingDecisions(services.db, run.id, run.approval?.approvalId);
  return (
    standing.find((decision) => decision.via === 'API' && decision.verdict === 'APPROVE')?.digest ?? null
  );
}
