/** Sends service hooks to their subscribers, as reliably as it is told to. */
import { z } from 'zod';
import { pause } from '../../../lib/pause.ts';
import { HOOK_EVENTS, HOOK_PUBLISHER, HOOK_RESOURCE_VERSION } from '../../../pipeline/service-hooks.ts';
import { newGuid } from '../guid.ts';
import type { LedgerEntry, LedgerKind } from '../ledger.ts';
import type { Subscription, WorldState } from '../model.ts';
import { seededRandom } from './seeded-random.ts';

export type HookManners = {
  /** How often each notification is sent; 0 sends none. */
  copies: number;
  /** Wall milliseconds. */
  lateMs: number;
  /** Each is late by a part of `lateMs` of its own, so that they overtake each other. */
  isShuffled: boolean;
};

const GOOD_MANNERS: HookManners = { copies: 1, lateMs: 0, isShuffled: false };
const TRIES = 3;
const TRY_AGAIN_AFTER_MS = 1_000;
const TIMEOUT_MS = 5_000;

const EVENTS: Partial<Record<LedgerKind, keyof typeof HOOK_EVENTS>> = {
  queued: 'run',
  cancelRequested: 'run',
  finished: 'run',
  stageStarted: 'stage',
  stageEnded: 'stage',
  gateOpened: 'approvalPending',
  gateAnswered: 'approvalCompleted',
  gateClosed: 'approvalCompleted',
};

const wireSubscription = z.looseObject({
  publisherInputs: z.record(z.string(), z.string()).nullish(),
  consumerInputs: z.looseObject({
    url: z.string(),
    basicAuthUsername: z.string().optional(),
    basicAuthPassword: z.string().optional(),
    httpHeaders: z.string().optional(),
  }),
});
type Consumer = z.output<typeof wireSubscription>['consumerInputs'];

export class HookSender {
  readonly #state: WorldState;
  readonly #stop = new AbortController();
  readonly #random = seededRandom(1);
  #manners = GOOD_MANNERS;
  #sent = 0;

  constructor(state: WorldState) {
    this.#state = state;
  }

  behave(manners: Partial<HookManners>): HookManners {
    this.#manners = { ...GOOD_MANNERS, ...manners };
    return this.#manners;
  }

  /** Notifications that a subscriber took. */
  get sent(): number {
    return this.#sent;
  }

  /** Tells the subscribers of an event what happened. */
  tell(entry: LedgerEntry): void {
    const event = EVENTS[entry.kind];
    if (!event) return;
    const project = this.#state.projects.find(
      ({ organization, name }) => organization === entry.key.organization && name === entry.key.project,
    );
    const meant = this.#state.subscriptions.filter(
      ({ organization, status, body }) =>
        organization === entry.key.organization &&
        !/^disabled/.test(status) &&
        body['eventType'] === HOOK_EVENTS[event],
    );
    for (const subscription of meant) {
      const { success, data } = wireSubscription.safeParse(subscription.body);
      const wanted = data?.publisherInputs?.['projectId'];
      if (!success || (wanted && wanted !== project?.id)) continue;
      const notification = envelope(subscription, entry, { event, projectId: project?.id ?? '' });
      for (let copy = 0; copy < this.#manners.copies; copy += 1)
        void this.#deliver(data.consumerInputs, notification);
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  async #deliver(consumer: Consumer, notification: object): Promise<void> {
    const { lateMs, isShuffled } = this.#manners;
    await pause(isShuffled ? this.#random() * lateMs : lateMs, this.#stop.signal);
    for (let attempt = 1; attempt <= TRIES && !this.#stop.signal.aborted; attempt += 1) {
      if (await send(consumer, notification)) {
        this.#sent += 1;
        return;
      }
      await pause(TRY_AGAIN_AFTER_MS, this.#stop.signal);
    }
  }
}

type Told = { event: keyof typeof HOOK_EVENTS; projectId: string };

function envelope({ id }: Subscription, entry: LedgerEntry, told: Told): object {
  return {
    subscriptionId: id,
    notificationId: Math.floor(Math.random() * 2 ** 31),
    id: newGuid(),
    eventType: HOOK_EVENTS[told.event],
    publisherId: HOOK_PUBLISHER,
    message: null,
    detailedMessage: null,
    ...subject(entry, told),
    resourceVersion: HOOK_RESOURCE_VERSION,
    createdDate: entry.at,
  };
}

/** Approvals name their project in the resource, runs and stages in the containers. */
function subject({ buildId, kind, details }: LedgerEntry, { event, projectId }: Told): object {
  const run = { id: buildId };
  const isApproval = event === 'approvalPending' || event === 'approvalCompleted';
  return isApproval
    ? { resource: { run, runId: buildId, projectId, what: kind, ...details } }
    : {
        resource: { run, what: kind, ...details },
        resourceContainers: { project: { id: projectId } },
      };
}

async function send(consumer: Consumer, notification: object): Promise<boolean> {
  const { url, basicAuthUsername = '', basicAuthPassword = '', httpHeaders = '' } = consumer;
  const basic = Buffer.from(`${basicAuthUsername}:${basicAuthPassword}`).toString('base64');
  const more = httpHeaders.split('\n').flatMap((line) => {
    const colon = line.indexOf(':');
    return colon > 0 ? [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const] : [];
  });
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(basicAuthUsername || basicAuthPassword ? { authorization: `Basic ${basic}` } : {}),
        ...Object.fromEntries(more),
      },
      body: JSON.stringify(notification),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
