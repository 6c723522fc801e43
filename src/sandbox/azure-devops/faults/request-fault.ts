import type { RequestKind } from './request-kind.ts';

/** The ways in which a single request may go wrong, with what the control API says of each. */
export const REQUEST_FAULTS = {
  unauthorized: '401, as with an expired token, or right after throttling',
  sign_in_page: '203 with the HTML page for people, as without a credential',
  throttled: '429 TF400733 with Retry-After: `seconds`',
  delayed: 'the true answer `ms` late, with X-RateLimit-* and Retry-After: `seconds`',
  bad_gateway: '502 with an HTML page',
  unavailable: '503',
  reset: 'the connection is cut, and nothing was done',
  lost_reply: 'it is done, and the connection is cut before the answer',
  stalled: 'no answer for `ms`, then the connection is cut; nothing was done',
  no_timeline: '204 instead of the timeline',
  not_found: '404 instead of the run',
  unknown_words: 'the true answer, but with states, results and reasons that nobody knows',
  no_attachments: 'the list of attachments is empty, as when their upload was lost',
  stale_push: '409 TF401028: somebody else pushed first',
  protected_branch: '403 TF402455: a policy wants a pull request',
} as const;
export type RequestFaultKind = keyof typeof REQUEST_FAULTS;
export const REQUEST_FAULT_KINDS = Object.keys(REQUEST_FAULTS) as RequestFaultKind[];

export type RequestFault = {
  kind: RequestFaultKind;
  /** Only in this organisation. */
  organization?: string | undefined;
  /** Only requests of this kind; by default those that the fault can mean, never the jobs' own. */
  requests?: RequestKind | undefined;
  /** Only where this regular expression fits what follows `_apis/`. */
  path?: string | undefined;
  /** How many requests it hits; without it and without a rate, one. */
  times?: number | undefined;
  /** Hits this share of the requests, chosen by `seed`. */
  rate?: number | undefined;
  seed?: number | undefined;
  /** Wall milliseconds. */
  ms?: number | undefined;
  seconds?: number | undefined;
};

/** Faults that mean something to one kind of request only. */
export const MEANT_FOR: Partial<Record<RequestFaultKind, RequestKind>> = {
  no_timeline: 'read-timeline',
  not_found: 'read-run',
  no_attachments: 'attachments',
  stale_push: 'push',
  protected_branch: 'push',
};

/** A fault as the control API shows it. */
export type ShownFault = RequestFault & { id: string; hits: number };
