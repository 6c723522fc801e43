import type { OutgoingHttpHeaders, RequestOptions } from 'node:http';
import type {
  IHttpClientResponse,
  IRequestHandler,
} from 'azure-devops-node-api/interfaces/common/VsoBaseInterfaces.js';

/**
 * Puts the present token on requests to one host. The package's own handlers hold one token for ever, and would also
 * show it to any host that a redirect names.
 */
export class SameHostAuth implements IRequestHandler {
  readonly #host: string;
  readonly #port: number;
  #authorization = '';

  constructor(base: URL) {
    this.#host = base.hostname;
    this.#port = base.port ? Number(base.port) : base.protocol === 'https:' ? 443 : 80;
  }

  /** For the request that is made next: the client asks for its headers before it first waits. */
  use(authorization: string): void {
    this.#authorization = authorization;
  }

  prepareRequest(options: RequestOptions): void {
    if (options.host !== this.#host || Number(options.port) !== this.#port) return;
    // The client merges its headers into a plain object; the declaration also allows a list.
    options.headers = { ...(options.headers as OutgoingHttpHeaders), authorization: this.#authorization };
  }

  /** An expired token shows as 401 or as a sign-in page with 203: both are dealt with in one place, not here. */
  canHandleAuthentication(): boolean {
    return false;
  }

  handleAuthentication(): Promise<IHttpClientResponse> {
    return Promise.reject(new Error('SameHostAuth answers no challenge.'));
  }
}
