/** The faults that hit the many syncs, chosen by a seed. */
import { REQUEST_KINDS } from '../../src/sandbox/azure-devops/faults/request-kind.ts';
import type { RequestFault } from '../../src/sandbox/azure-devops/faults/request-fault.ts';
import type { Stack } from './stack.ts';

/** 200 syncs are cancelled ten times. */
const SELDOM = { 'queue-run': 0.1, 'cancel-run': 0.25, decide: 0.1, push: 0.1, 'pull-requests': 0.1 };

/** Asked some 300 times in 200 syncs: by chance the common faults hit less than 5 % of so few. */
const FEW = ['files-of-run', 'discovery', 'read-run', 'list-approvals', 'read-approval'] as const;

/** Together more than 5 % of each kind of request. */
const FAULTS: readonly RequestFault[] = [
  { kind: 'unauthorized', rate: 0.004 },
  { kind: 'sign_in_page', rate: 0.004 },
  { kind: 'throttled', rate: 0.002, seconds: 1 },
  { kind: 'delayed', rate: 0.004, ms: 200, seconds: 0 },
  { kind: 'bad_gateway', rate: 0.01 },
  { kind: 'unavailable', rate: 0.01 },
  { kind: 'reset', rate: 0.015 },
  { kind: 'lost_reply', rate: 0.015 },
  { kind: 'stalled', rate: 0.004, ms: 300 },
  { kind: 'unknown_words', rate: 0.01 },
  { kind: 'no_timeline', rate: 0.02 },
  { kind: 'not_found', rate: 0.02 },
  { kind: 'no_attachments', rate: 0.02 },
  { kind: 'stale_push', rate: 0.05 },
  // What is asked seldom has to be hit more often to be hit at all, and in the worst way: done, and not told.
  ...Object.entries(SELDOM).flatMap(([requests, rate]) => [
    { kind: 'lost_reply', requests: requests as keyof typeof SELDOM, rate } as const,
    { kind: 'reset', requests: requests as keyof typeof SELDOM, rate } as const,
  ]),
  ...FEW.map((requests) => ({ kind: 'unavailable', requests, rate: 0.05 }) as const),
];

/** Not asked by the program, or not in these syncs. */
const NOT_HIT = new Set<string>(['job-token', 'hooks']);
export const HIT_KINDS = REQUEST_KINDS.filter((kind) => !NOT_HIT.has(kind));

export function switchOnRandomFaults(stack: Stack, seed: number): void {
  for (const [index, fault] of FAULTS.entries())
    stack.sandbox.control.switchOn({ ...fault, seed: seed + index });
}
