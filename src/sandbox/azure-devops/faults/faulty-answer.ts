/** What each fault makes of a request. */
import { setTimeout as sleep } from 'node:timers/promises';
import { unreachable } from '../../../lib/unreachable.ts';
import { AzureError, conflict, forbidden, notFound } from '../azure-error.ts';
import { json, list, noContent, type Answer } from '../http/answer.ts';
import { signInPage, unauthorized } from '../http/sign-in-answers.ts';
import type { RequestFault } from './request-fault.ts';
import { withUnknownWords } from './unknown-words.ts';

/** The true answer; asking for it does what was requested. */
export type Work = () => Promise<Answer | 'reset'>;

const DEFAULT_MS = 1_000;
const DEFAULT_SECONDS = 1;

export async function faultyAnswer(fault: RequestFault, work: Work): Promise<Answer | 'reset'> {
  const { ms = DEFAULT_MS, seconds = DEFAULT_SECONDS } = fault;
  switch (fault.kind) {
    case 'unauthorized':
      return unauthorized('The token is not accepted at the moment.');
    case 'sign_in_page':
      return signInPage();
    case 'throttled':
      return throttled(seconds);
    case 'delayed':
      await sleep(ms);
      return slowedDown(await work(), { ms, seconds });
    case 'bad_gateway':
      return page(502, 'Bad Gateway');
    case 'unavailable':
      return page(503, 'The service is unavailable.');
    case 'reset':
      return 'reset';
    case 'lost_reply':
      await work();
      return 'reset';
    case 'stalled':
      await sleep(ms);
      return 'reset';
    case 'no_timeline':
      return noContent();
    case 'not_found':
      return refusal(notFound('The requested build could not be found.', 'BuildNotFoundException'));
    case 'no_attachments':
      return list([]);
    case 'unknown_words':
      return withUnknownWords(await work());
    case 'stale_push':
      return refusal(conflict(STALE, 'GitReferenceStaleException'));
    case 'protected_branch':
      return refusal(forbidden(PROTECTED, 'GitRefUpdateRejectedByPolicyException'));
    default:
      return unreachable(fault.kind);
  }
}

const STALE =
  "TF401028: The reference 'refs/heads/main' has already been updated by another client, so you cannot update it. Please try again.";
const PROTECTED =
  'TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch.';

const refusal = (error: AzureError): Answer => json(error.body(), error.status);

const limits = (seconds: number, delayMs: number) => ({
  'Retry-After': String(seconds),
  'X-RateLimit-Resource': 'Services/Concurrency',
  'X-RateLimit-Delay': (delayMs / 1_000).toFixed(3),
  'X-RateLimit-Limit': '200',
  'X-RateLimit-Remaining': '0',
  'X-RateLimit-Reset': String(Math.ceil(Date.now() / 1_000) + seconds),
});

function throttled(seconds: number): Answer {
  const message =
    "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource 'Concurrency' in namespace 'User'.";
  const answer = refusal(new AzureError(429, 'RequestBlockedException', message));
  return { ...answer, headers: { ...answer.headers, ...limits(seconds, 0) } };
}

function slowedDown(answer: Answer | 'reset', { ms, seconds }: { ms: number; seconds: number }) {
  if (answer === 'reset') return answer;
  return { ...answer, headers: { ...answer.headers, ...limits(seconds, ms) } };
}

const page = (status: number, title: string): Answer => ({
  status,
  headers: { 'Content-Type': 'text/html; charset=us-ascii' },
  body: `<!DOCTYPE HTML><html><head><title>${title}</title></head><body><h2>${title}</h2></body></html>`,
});
