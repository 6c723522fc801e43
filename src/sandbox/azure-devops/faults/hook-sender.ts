/** Sends service hooks to their subscribers, as reliably as it is told to. */
import { pause } from '../../../lib/pause.ts';
import { z } from 'zod';
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

const RUN = 'ms.vss-pipelines.run-state-changed-event';
const STAGE = 'ms.vss-pipelines.stage-state-changed-event';
const EVENTS: Partial<Record<LedgerKind, { type: string; publisher: string }>> = {
  queued: { type: RUN, publisher: 'pipelines' },
  cancelRequested: { type: RUN, publisher: 'pipelines' },
  finished: { type: RUN, publisher: 'pipelines' },
  stageStarted: { type: STAGE, publisher: 'pipelines' },
  stageEnded: { type: STAGE, publisher: 'pipelines' },
  gateOpened: { type: 'ms.vss-pipelinechecks-events.approval-pending', publisher: 'pipelines' },
  gateAnswered: { type: 'ms.vss-pipelinechecks-events.approval-completed', publisher: 'pipelines' },
  gateClosed: { type: 'ms.vss-pipelinechecks-events.approval-completed', publisher: 'pipelines' },
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
      ({ organization, body }) => organization === entry.key.organization && body['eventType'] === event.type,
    );
    for (const subscription of meant) {
      const { success, data } = wireSubscription.safeParse(subscription.body);
      const wanted = data?.publisherInputs?.['projectId'];
      if (!success || (wanted && wanted !== project?.id)) continue;
      const notification = envelope(subscription, entry, { ...event, projectId: project?.id ?? '' });
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

function envelope(
  { id }: Subscription,
  { at, buildId, kind, details }: LedgerEntry,
  event: { type: string; publisher: string; projectId: string },
): object {
  return {
    subscriptionId: id,
    notificationId: Math.floor(Math.random() * 2 ** 31),
    id: newGuid(),
    eventType: event.type,
    publisherId: event.publisher,
    message: null,
    detailedMessage: null,
    resource: { runId: buildId, projectId: event.projectId, run: { id: buildId }, what: kind, ...details },
    resourceVersion: '5.1-preview.1',
    resourceContainers: { project: { id: event.projectId } },
    createdDate: at,
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
