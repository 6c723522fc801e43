import { OWN_WORK } from '../access/viewer.ts';
import { databaseNow, type Db, inTransaction, type Tx } from '../database/database.ts';
import type { DeviceCodeFlow, SignInEnd, TenantAccount, TenantSignIn } from '../azure-devops/sign-in.ts';
import { appendEvents } from '../events/append-events.ts';
import { SERVICE_ACTOR } from '../events/actor.ts';
import { newId, type ChallengeId, type RunId } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import type { Seal } from '../lib/seal.ts';
import { unreachable } from '../lib/unreachable.ts';

import { tenantFacts } from '../tenants/write-tenant.ts';
import type { ChallengeStatus } from './challenge.ts';
import { endChallenge, newestChallenge } from './challenges.ts';
import type { Settings } from './settings.ts';
import type { SyncRun } from './sync-run.ts';
import { challenges } from './sync-runs.table.ts';
import { applyToRun, lockRun } from './write-run.ts';

type DeskServices = { db: Db; signIn: TenantSignIn; seal: Seal; settings: Settings; logger: Logger };

export type SignInOfRun = {
  runId: RunId;
  account: TenantAccount;
  /** What else happens in the transaction that shows the code. Where it does not record it, the code is dropped. */
  inside?: (tx: Tx, record: () => Promise<SyncRun>) => Promise<SyncRun>;
};

type NewChallenge = { id: ChallengeId; flow: DeviceCodeFlow; now: Date; windowEndsAt: Date };

/**
 * Holds the sign-ins that this process waits for. A flow lives in memory only (MSAL cannot resume one); its row tells
 * every process what to show, and expires by itself when the process that waited is gone.
 */
export class SignInDesk implements AsyncDisposable {
  readonly #services: DeskServices;
  readonly #open = new Map<RunId, { flow: AbortController; ended: Promise<void> }>();

  constructor(services: DeskServices) {
    this.#services = services;
  }

  /** Asks Entra for a code and shows it on the run. An older code of the run stops working. */
  async start({ runId, account, inside = (_tx, record) => record() }: SignInOfRun): Promise<SyncRun> {
    const { db, settings, signIn } = this.#services;
    const before = await newestChallenge(db, runId);
    const now = await databaseNow(db);
    const windowEndsAt = before?.windowEndsAt ?? new Date(now.getTime() + settings.signInWindowMs);
    const abort = new AbortController();
    const flow = await signIn.startDeviceCode(account, {
      withinMs: windowEndsAt.getTime() - now.getTime(),
      signal: abort.signal,
    });
    let id: ChallengeId | null = null;
    const run = await inTransaction(db, (tx) =>
      inside(tx, async () => {
        id = newId('chl');
        return this.#record(tx, runId, { id, flow, now, windowEndsAt });
      }),
    ).catch((error: unknown) => {
      abort.abort();
      throw error;
    });
    if (id === null) abort.abort();
    else await this.#waitFor(runId, { id, flow, abort });
    return run;
  }

  async #waitFor(
    runId: RunId,
    { id, flow, abort }: { id: ChallengeId; flow: DeviceCodeFlow; abort: AbortController },
  ): Promise<void> {
    await this.stop(runId);
    const ended = flow.finished.then((end) => this.#finish(id, runId, end));
    this.#open.set(runId, { flow: abort, ended });
  }

  /** Stops waiting for the run's sign-in here, if this process does. */
  async stop(runId: RunId): Promise<void> {
    const waiting = this.#open.get(runId);
    this.#open.delete(runId);
    waiting?.flow.abort();
    await waiting?.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open.keys()].map((runId) => this.stop(runId)));
  }

  async #record(tx: Tx, runId: RunId, { id, flow, now, windowEndsAt }: NewChallenge): Promise<SyncRun> {
    const codeEndsAt = new Date(now.getTime() + flow.expiresInMs);
    const expiresAt = codeEndsAt < windowEndsAt ? codeEndsAt : windowEndsAt;
    const locked = await lockRun(tx, OWN_WORK.signIn, runId);
    if (!locked) throw new Error(`The run ${runId} disappeared while a code was asked for.`);
    const { tenant } = locked;
    const older = await newestChallenge(tx, runId);
    if (older) await endChallenge(tx, older.id, 'REPLACED');
    await tx.insert(challenges).values({
      id,
      runId,
      tenantId: tenant.id,
      status: 'OPEN',
      sealedUserCode: this.#services.seal.close(flow.userCode, id),
      verificationUri: flow.verificationUri,
      // Entra's sentence repeats the code, which only some viewers may see: this one does not.
      message: `Sign in to ${tenant.displayName} at ${flow.verificationUri} with the code shown.`,
      expiresAt,
      windowEndsAt,
      createdAt: await databaseNow(tx),
    });
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

  async #finish(id: ChallengeId, runId: RunId, end: SignInEnd): Promise<void> {
    if (end.kind === 'canceled') return;
    const { db, logger } = this.#services;
    if (end.kind !== 'signed_in')
      logger.info('A sign-in ended without a token.', { run: runId, end: end.kind });
    try {
      await inTransaction(db, async (tx) => {
        const locked = await lockRun(tx, OWN_WORK.signIn, runId);
        const ended = await endChallenge(tx, id, statusAfter(end));
        if (locked && ended && end.kind === 'signed_in') {
          await applyToRun(tx, locked, { event: 'signed_in', actor: SERVICE_ACTOR });
        }
      });
    } catch (error) {
      // The job asks again in a few seconds and finds the token; only the status is late by that much.
      logger.error('The end of a sign-in could not be stored.', { run: runId, reason: String(error) });
    }
  }
}

function statusAfter(end: SignInEnd): Exclude<ChallengeStatus, 'OPEN'> {
  switch (end.kind) {
    case 'signed_in':
      return 'SIGNED_IN';
    case 'declined':
      return 'DECLINED';
    case 'expired':
      return 'EXPIRED';
    case 'wrong_directory':
    case 'failed':
    case 'canceled':
      return 'FAILED';
    default:
      return unreachable(end);
  }
}
