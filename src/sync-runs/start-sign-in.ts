import { OWN_WORK } from '../access/viewer.ts';
import type { DeviceCode, TenantAccount } from '../azure-devops/sign-in.ts';
import { databaseNow, inTransaction, type Tx } from '../database/database.ts';
import { SERVICE_ACTOR } from '../events/actor.ts';
import { appendEvents } from '../events/append-events.ts';
import { newId, type RunId } from '../lib/ids.ts';
import { tenantFacts } from '../tenants/write-tenant.ts';
import { endChallenge, newestChallenge } from './challenges.ts';
import type { Services } from './services.ts';
import { keepFlow } from './sign-in-flows.ts';
import type { SyncRun } from './sync-run.ts';
import { challenges } from './sync-runs.table.ts';
import { applyToRun, lockRun } from './write-run.ts';

export type SignInServices = Pick<Services, 'db' | 'signIn' | 'seal' | 'settings' | 'logger'>;

export type SignInOfRun = {
  runId: RunId;
  account: TenantAccount;
  /** What else happens in the transaction that shows the code. Where it does not record it, the code is dropped. */
  inside?: (tx: Tx, record: () => Promise<SyncRun>) => Promise<SyncRun>;
};

type NewChallenge = { runId: RunId; code: DeviceCode; now: Date; windowEndsAt: Date };

/** Asks Entra for a code and shows it on the run. An older code of the run stops working. */
export async function startSignIn(
  services: SignInServices,
  { runId, account, inside = (_tx, record) => record() }: SignInOfRun,
): Promise<SyncRun> {
  const { db, settings, signIn } = services;
  const before = await newestChallenge(db, runId);
  const now = await databaseNow(db);
  const windowEndsAt = before?.windowEndsAt ?? new Date(now.getTime() + settings.signInWindowMs);
  const code = await signIn.requestCode(account);
  return inTransaction(db, (tx) =>
    inside(tx, () => record(tx, services, { runId, code, now, windowEndsAt })),
  );
}

async function record(
  tx: Tx,
  { seal }: SignInServices,
  { runId, code, now, windowEndsAt }: NewChallenge,
): Promise<SyncRun> {
  const codeEndsAt = new Date(now.getTime() + code.expiresInMs);
  const expiresAt = codeEndsAt < windowEndsAt ? codeEndsAt : windowEndsAt;
  const locked = await lockRun(tx, OWN_WORK.signIn, runId);
  if (!locked) throw new Error(`The run ${runId} disappeared while a code was asked for.`);
  const { tenant } = locked;
  const older = await newestChallenge(tx, runId);
  if (older) await endChallenge(tx, older.id, 'REPLACED');
  const id = newId('chl');
  await tx.insert(challenges).values({
    id,
    runId,
    tenantId: tenant.id,
    status: 'OPEN',
    sealedUserCode: seal.close(code.userCode, id),
    verificationUri: code.verificationUri,
    // Entra's sentence repeats the code, which only some viewers may see: this one does not.
    message: `Sign in to ${tenant.displayName} at ${code.verificationUri} with the code shown.`,
    expiresAt,
    windowEndsAt,
    createdAt: await databaseNow(tx),
  });
  await keepFlow(tx, seal, { challengeId: id, flow: code.flow, askEveryMs: code.askEveryMs });
  const run = await applyToRun(tx, locked, { event: 'sign_in_requested', actor: SERVICE_ACTOR });
  await appendEvents(tx, [
    {
      tenantId: tenant.id,
      runId: run.id,
      actor: SERVICE_ACTOR,
      tenant: tenantFacts({ ...locked.tenant, status: 'PENDING_AUTHENTICATION' }),
      body: { kind: 'AUTHENTICATION_REQUESTED', challengeId: id, expiresAt: expiresAt.toISOString() },
    },
  ]);
  return run;
}
