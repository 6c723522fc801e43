import type { IncomingMessage } from 'node:http';
import { WebApi } from 'azure-devops-node-api';
import { z } from 'zod';
import type { Logger } from '../lib/logger.ts';
import { pause } from '../lib/pause.ts';
import { type Ask, bodyOf, headersOf, isRead, urlOf } from './ask.ts';
import { decodeJson, needsSignIn, readBytes, textOf } from './azure-devops-answer.ts';
import {
  AzureDevOpsError,
  credentialError,
  lateError,
  passingCredentialError,
  refusedError,
  unreachableError,
  unreadableError,
} from './azure-devops-error.ts';
import { observeRequest, type RequestObserver } from './observe-request.ts';
import { retryPauseMs, wasNotDone } from './retry-pause.ts';
import { SameHostAuth } from './same-host-auth.ts';
import { Throttle } from './throttle.ts';
import type { TokenSource } from './token-source.ts';

export type HttpOptions = {
  /** `https://dev.azure.com/contoso`, without a trailing slash. */
  organizationUrl: string;
  tokens: TokenSource;
  logger: Logger;
  /** For one try, its body included. Azure delays throttled answers by up to 30 s, so keep it well above. */
  deadlineMs?: number;
  /** Pause before the first repetition of a read. */
  retryBaseMs?: number;
  /** Told of every try. */
  observe?: RequestObserver;
  /** Of the identity behind `tokens` and the organisation; one of its own by default. */
  throttle?: Throttle;
};

const MAX_PAGES = 200;

/** The only door to one Azure DevOps organisation for one identity: every request of ours goes through `#send`. */
export class AzureDevOpsHttp {
  readonly #options: Required<HttpOptions>;
  readonly #auth: SameHostAuth;
  readonly #client: WebApi['rest']['client'];

  constructor(options: HttpOptions) {
    this.#options = {
      deadlineMs: 60_000,
      retryBaseMs: 300,
      throttle: new Throttle(),
      observe: () => undefined,
      ...options,
    };
    const base = new URL(options.organizationUrl);
    this.#auth = new SameHostAuth(base);
    this.#client = new WebApi(options.organizationUrl, this.#auth, {
      keepAlive: true,
      socketTimeout: this.#options.deadlineMs,
      maxRedirects: 5,
      // An HTTP_PROXY in the environment must not carry requests that stay on this machine.
      ...(isLoopback(base) ? { proxy: { proxyUrl: '' } } : {}),
    }).rest.client;
  }

  /** A JSON answer; an error when there is none. */
  async read<T>(ask: Ask, shape: z.ZodType<T>): Promise<T> {
    const found = await this.#json(ask, shape, false);
    if (!found) throw unreadableError(ask.what, 'it is empty');
    return found.value;
  }

  /** A JSON answer; null when Azure does not know the thing (404), or answers nothing. */
  async find<T>(ask: Ask, shape: z.ZodType<T>): Promise<T | null> {
    return (await this.#json(ask, shape, true))?.value ?? null;
  }

  /** All pages of a list. `answeredAt`: the server's own clock at the first page. */
  async list<T>(
    ask: Ask,
    item: z.ZodType<T>,
    { maxPages = MAX_PAGES }: { maxPages?: number } = {},
  ): Promise<{ items: T[]; answeredAt: Date }> {
    const shape = z.object({ value: z.array(item) });
    const items: T[] = [];
    let answeredAt = new Date();
    let continuationToken: string | undefined;
    for (let page = 1; page <= maxPages; page++) {
      // The same query again, order included: with another order Azure answers the first page for ever.
      const query = { ...ask.query, ...(continuationToken === undefined ? {} : { continuationToken }) };
      const answer = await this.#json({ ...ask, query }, shape, false);
      if (!answer) break;
      items.push(...answer.value.value);
      if (page === 1) answeredAt = answer.at;
      if (answer.continuationToken === undefined) break;
      if (answer.continuationToken === continuationToken) throw unreadableError(ask.what, 'its pages repeat');
      continuationToken = answer.continuationToken;
    }
    return { items, answeredAt };
  }

  /** The answer as a stream, its status checked; whoever gets it reads it to the end or destroys it. */
  open(ask: Ask): Promise<IncomingMessage> {
    return this.#withRetries(ask, () => this.#answer(ask, Infinity));
  }

  /** The whole answer as it came. */
  async bytes(ask: Ask): Promise<Buffer> {
    return (await this.#whole(ask, false)).bytes;
  }

  async #json<T>(ask: Ask, shape: z.ZodType<T>, mayMiss: boolean) {
    const { message, bytes } = await this.#whole(ask, mayMiss);
    const text = textOf(bytes);
    if (message.statusCode === 404 || text.trim() === '') return null;
    return {
      value: decodeJson(ask.what, text, shape),
      at: new Date(Date.parse(message.headers.date ?? '') || Date.now()),
      continuationToken: headerText(message.headers['x-ms-continuationtoken']),
    };
  }

  #whole(ask: Ask, mayMiss: boolean): Promise<{ message: IncomingMessage; bytes: Buffer }> {
    return this.#withRetries(ask, async () => {
      const endsAt = Date.now() + this.#options.deadlineMs;
      const message = await this.#answer(ask, endsAt, mayMiss);
      const bytes = await this.#inTime(ask, endsAt, readBytes(message), () => message.destroy());
      return { message, bytes };
    });
  }

  async #withRetries<T>(ask: Ask, work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#options.throttle.run(ask.what, work);
      } catch (error) {
        const mayRepeat = isRead(ask) || wasNotDone(error);
        const waitMs = mayRepeat ? retryPauseMs(error, attempt, this.#options.retryBaseMs) : null;
        if (waitMs === null) throw error;
        this.#options.logger.debug('A request to Azure DevOps is repeated.', {
          what: ask.what,
          attempt,
          waitMs,
        });
        await pause(waitMs);
      }
    }
  }

  /** One answer with status 2xx (or 404, when the caller can do with it); a refused token is renewed once. */
  async #answer(ask: Ask, endsAt: number, mayMiss = false): Promise<IncomingMessage> {
    let message = await this.#send(ask, { endsAt, fresh: false });
    if (needsSignIn(message)) {
      message.resume();
      message = await this.#send(ask, { endsAt, fresh: true });
    }
    const statusCode = message.statusCode ?? 0;
    if (needsSignIn(message)) {
      message.resume();
      const retryAfterMs = this.#options.throttle.pauseAfterRefusal();
      throw retryAfterMs === null
        ? credentialError(ask.what, statusCode)
        : passingCredentialError(ask.what, { statusCode, retryAfterMs });
    }
    if ((statusCode >= 200 && statusCode < 300) || (mayMiss && statusCode === 404)) return message;
    const limit = Date.now() + this.#options.deadlineMs;
    const body = await this.#inTime(ask, limit, readBytes(message), () => message.destroy());
    const retryAfter = headerText(message.headers['retry-after']);
    throw refusedError(ask.what, {
      statusCode,
      reason: message.statusMessage ?? '',
      retryAfter,
      body: textOf(body),
    });
  }

  async #send(ask: Ask, { endsAt, fresh }: { endsAt: number; fresh: boolean }): Promise<IncomingMessage> {
    const authorization = await this.#options.tokens.authorization({ fresh });
    this.#auth.use(authorization);
    ask.beforeSending?.();
    const sent = this.#client
      .request(ask.method ?? 'GET', urlOf(this.#options.organizationUrl, ask), bodyOf(ask), headersOf(ask))
      .then(({ message }) => {
        this.#options.throttle.note(message.headers);
        return message;
      })
      .catch((error: unknown) => {
        throw unreachableError(ask.what, error);
      });
    const limit = Number.isFinite(endsAt) ? endsAt : Date.now() + this.#options.deadlineMs;
    const abandon = () => void sent.then((late) => late.destroy()).catch(() => {});
    return observeRequest(ask, this.#options, () => this.#inTime(ask, limit, sent, abandon));
  }

  async #inTime<T>(ask: Ask, endsAt: number, work: Promise<T>, abandon: () => void): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => {
          reject(lateError(ask.what, this.#options.deadlineMs));
          abandon();
        },
        Math.max(0, endsAt - Date.now()),
      );
    });
    try {
      return await Promise.race([work, late]);
    } catch (error) {
      throw error instanceof AzureDevOpsError ? error : unreachableError(ask.what, error);
    } finally {
      clearTimeout(timer);
    }
  }
}

const isLoopback = (url: URL) => ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);

const headerText = (value: string | string[] | undefined) =>
  (Array.isArray(value) ? value[0] : value) || undefined;
