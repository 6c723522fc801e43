import { sql } from 'drizzle-orm';
import { createLimit } from '../azure-devops/limit.ts';
import type { Db } from '../database/database.ts';
import { Bell } from '../lib/bell.ts';
import { messageOf } from '../lib/errors.ts';
import type { WebHookId } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import type { Seal } from '../lib/seal.ts';
import { claimLanes, lookForWork, type Lease } from './claim-lanes.ts';
import { type Answer, failed, type Post } from './post.ts';
import { queueDeliveries } from './queue-deliveries.ts';
import { settleDelivery, type TryResult } from './settle-delivery.ts';
import { signedHeaders } from './signature.ts';
import { type Delivery, RETRIES, type RetryPolicy, stillWants, type WebHook } from './web-hook.ts';
import { openSecrets } from './web-hook-secrets.ts';
import { webHookDeliveries, webHooks } from './web-hooks.table.ts';

export type DelivererOptions = {
  db: Db;
  seal: Seal;
  post: Post;
  logger: Logger;
  policy?: RetryPolicy;
  /** Longer than a try may take: when it ends, another process tries again. */
  leaseMs?: number;
  /** How often it looks although nobody woke it: retries are due without a word. */
  pollEveryMs?: number;
  /** How long what is being sent may take when it is disposed of. */
  finishWithinMs?: number;
};

/** A receiver has so long to answer. */
export const ANSWER_WITHIN_MS = 15_000;
const LEASE_MS = ANSWER_WITHIN_MS + 5_000;
const MOST_PER_HOOK = 4;
const POLL_EVERY_MS = 1_000;
/** Those who hold a socket are told first; events that come one by one are then looked for together. */
const LOOK_AFTER_MS = 20;
const FINISH_WITHIN_MS = 3_000;
/** Of the process's connections to the database: requests and the feed need them too. */
const MOST_CONNECTIONS = 4;

/**
 * Sends what happens to web hooks. Any number of instances do so together: Postgres keeps who sends what, and none of
 * it is in the memory of a process.
 */
export class Deliverer implements AsyncDisposable {
  readonly #options: DelivererOptions;
  readonly #underWay = new Map<WebHookId, number>();
  readonly #tries = new Set<Promise<void>>();
  readonly #inTurn = createLimit(MOST_CONNECTIONS);
  readonly #bell = new Bell();
  readonly #end = new AbortController();
  readonly #cut = new AbortController();
  readonly #loop: Promise<void>;
  #look: NodeJS.Timeout | undefined;

  constructor(options: DelivererOptions) {
    this.#options = options;
    this.#loop = this.#run();
  }

  /** The log has grown: look soon. */
  wake(): void {
    this.#look ??= setTimeout(() => this.#lookNow(), LOOK_AFTER_MS);
  }

  /** What is being sent may finish for a moment; what does not is sent again by whoever comes next. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    this.#bell.ring();
    clearTimeout(this.#look);
    await this.#loop;
    const { finishWithinMs = FINISH_WITHIN_MS } = this.#options;
    const late = setTimeout(() => this.#cut.abort(), finishWithinMs);
    await Promise.all(this.#tries);
    clearTimeout(late);
  }

  async #run(): Promise<void> {
    const { logger, pollEveryMs = POLL_EVERY_MS } = this.#options;
    while (!this.#end.signal.aborted) {
      try {
        if (await this.#turn()) continue;
      } catch (error) {
        logger.warn('Web hooks could not be looked after; trying again.', { error: messageOf(error) });
      }
      await this.#bell.heard(pollEveryMs);
    }
  }

  #lookNow(): void {
    this.#look = undefined;
    this.#bell.ring();
  }

  /** Answers whether there is more to read at once. */
  async #turn(): Promise<boolean> {
    const { db, logger, leaseMs = LEASE_MS } = this.#options;
    let isMore = false;
    const { behind, isLaneDue } = await lookForWork(db);
    if (behind.length === 0 && !isLaneDue) return false;
    for (const id of behind) {
      const queued = await queueDeliveries(db, id);
      if (queued === 'MORE') isMore = true;
      if (queued === 'EXPIRED')
        logger.error('A web hook was switched off: events that it was not sent are no longer kept.', {
          webHook: id,
        });
    }
    const leases = await claimLanes(db, {
      underWay: this.#underWay,
      mostPerHook: MOST_PER_HOOK,
      leaseMs,
    });
    for (const lease of leases) this.#begin(lease);
    return isMore;
  }

  #begin(lease: Lease): void {
    const { webHookId } = lease;
    this.#underWay.set(webHookId, (this.#underWay.get(webHookId) ?? 0) + 1);
    const done = this.#deliver(lease)
      .catch((error: unknown) =>
        this.#options.logger.warn('A delivery could not be put on record; it is tried again.', {
          webHook: webHookId,
          error: messageOf(error),
        }),
      )
      .finally(() => {
        this.#tries.delete(done);
        const left = (this.#underWay.get(webHookId) ?? 1) - 1;
        if (left > 0) this.#underWay.set(webHookId, left);
        else this.#underWay.delete(webHookId);
        this.#bell.ring();
      });
    this.#tries.add(done);
  }

  async #deliver(lease: Lease): Promise<void> {
    const { db, logger, policy = RETRIES } = this.#options;
    const next = await this.#inTurn(() => firstWaiting(db, lease));
    const result = next ? await this.#try(next) : ({ kind: 'CUT' } as const);
    const delivery = next?.delivery ?? null;
    const settle = () => settleDelivery(db, policy, { lease, delivery, result });
    const { switchedOff } = await this.#inTurn(settle);
    if (switchedOff)
      logger.error('A web hook was switched off, because its receiver kept failing.', {
        webHook: lease.webHookId,
        reason: switchedOff,
      });
  }

  async #try({ hook, delivery }: Next): Promise<TryResult> {
    if (!stillWants(hook, delivery)) return { kind: 'UNWANTED' };
    const answer = await this.#post(hook, delivery);
    return this.#cut.signal.aborted && answer.status === null ? { kind: 'CUT' } : { kind: 'ANSWER', answer };
  }

  async #post(hook: WebHook, { eventId: id, body }: Delivery): Promise<Answer> {
    const { db, seal, post } = this.#options;
    try {
      const secrets = await this.#inTurn(() => openSecrets(db, seal, hook.id));
      const headers = signedHeaders({ id, body }, secrets, new Date());
      return await post(hook.url, { headers, body }, this.#cut.signal);
    } catch (error) {
      return failed(`It could not be signed: ${messageOf(error)}`);
    }
  }
}

type Next = { hook: WebHook; delivery: Delivery };

/** What the holder of the lease has to send now. */
async function firstWaiting(db: Db, { webHookId, tenantId }: Lease): Promise<Next | null> {
  const { status, position } = webHookDeliveries;
  const [first] = await db
    .select({ hook: webHooks, delivery: webHookDeliveries })
    .from(webHookDeliveries)
    .innerJoin(webHooks, sql`${webHooks.id} = ${webHookDeliveries.webHookId}`)
    .where(
      sql`${webHookDeliveries.webHookId} = ${webHookId} and ${webHookDeliveries.tenantId} = ${tenantId}
        and ${status} = 'WAITING'`,
    )
    .orderBy(position)
    .limit(1);
  return first ?? null;
}
