import { describe, expect, it } from 'vitest';
import { SYNC_RUN_OUTCOMES, SYNC_RUN_STATUSES } from '../../src/sync-runs/sync-run.ts';
import { endingOf, isTerminal, SYNC_RUN_EVENTS, transition } from '../../src/sync-runs/transitions.ts';

// Every cell, drawn. `·` stays, `x` is refused, `→` names the status it leads to, `!` the outcome it ends with.
const GRID = `
event                           | STARTING                 | IN_PROGRESS              | PENDING_AUTHENTICATION   | PENDING_APPROVAL         | CANCELING                | COMPLETED
started                         | →IN_PROGRESS             | ·                        | ·                        | ·                        | ·                        | x
sign_in_requested               | →PENDING_AUTHENTICATION  | →PENDING_AUTHENTICATION  | ·                        | →PENDING_AUTHENTICATION  | x                        | x
signed_in                       | x                        | ·                        | →IN_PROGRESS             | ·                        | ·                        | ·
gate_opened                     | →PENDING_APPROVAL        | →PENDING_APPROVAL        | →PENDING_APPROVAL        | ·                        | ·                        | x
gate_passed                     | →IN_PROGRESS             | ·                        | →IN_PROGRESS             | →IN_PROGRESS             | ·                        | x
cancel_requested                | →CANCELING               | →CANCELING               | →CANCELING               | →CANCELING               | ·                        | x
retried                         | →IN_PROGRESS             | ·                        | →IN_PROGRESS             | →IN_PROGRESS             | →IN_PROGRESS             | →IN_PROGRESS
finished_succeeded              | !SUCCEEDED               | !SUCCEEDED               | !SUCCEEDED               | !SUCCEEDED               | !SUCCEEDED               | ·
finished_partially_succeeded    | !PARTIALLY_SUCCEEDED     | !PARTIALLY_SUCCEEDED     | !PARTIALLY_SUCCEEDED     | !PARTIALLY_SUCCEEDED     | !PARTIALLY_SUCCEEDED     | ·
finished_failed                 | !FAILED                  | !FAILED                  | !FAILED                  | !FAILED                  | !FAILED                  | ·
finished_canceled               | !CANCELED                | !CANCELED                | !CANCELED                | !CANCELED                | !CANCELED                | ·
finished_timed_out              | !TIMED_OUT               | !TIMED_OUT               | !TIMED_OUT               | !TIMED_OUT               | !TIMED_OUT               | ·
finished_authentication_expired | !AUTHENTICATION_EXPIRED  | !AUTHENTICATION_EXPIRED  | !AUTHENTICATION_EXPIRED  | !AUTHENTICATION_EXPIRED  | !AUTHENTICATION_EXPIRED  | ·
finished_rejected               | !REJECTED                | !REJECTED                | !REJECTED                | !REJECTED                | !REJECTED                | ·
finished_approval_expired       | !APPROVAL_EXPIRED        | !APPROVAL_EXPIRED        | !APPROVAL_EXPIRED        | !APPROVAL_EXPIRED        | !APPROVAL_EXPIRED        | ·
`;

const EVENT_WIDTH = 31;
const CELL_WIDTH = 24;

function drawCell(
  status: (typeof SYNC_RUN_STATUSES)[number],
  event: (typeof SYNC_RUN_EVENTS)[number],
): string {
  const cell = transition(status, event);
  if (cell === 'stay') return '·';
  if (cell === 'refused') return 'x';
  return cell.outcome ? `!${cell.outcome}` : `→${cell.to}`;
}

function drawGrid(): string {
  const row = (name: string, cells: string[]) =>
    [name.padEnd(EVENT_WIDTH), ...cells.map((cell) => cell.padEnd(CELL_WIDTH))].join(' | ').trimEnd();
  const rows = SYNC_RUN_EVENTS.map((event) =>
    row(
      event,
      SYNC_RUN_STATUSES.map((status) => drawCell(status, event)),
    ),
  );
  return ['', row('event', [...SYNC_RUN_STATUSES]), ...rows, ''].join('\n');
}

describe('the transition table', () => {
  it('is exactly the drawn grid', () => {
    expect(drawGrid()).toBe(GRID);
  });

  it('gives an outcome if and only if the run is completed', () => {
    for (const status of SYNC_RUN_STATUSES) {
      for (const event of SYNC_RUN_EVENTS) {
        const cell = transition(status, event);
        if (typeof cell === 'object') expect(cell.outcome !== null).toBe(cell.to === 'COMPLETED');
      }
    }
  });

  it('can end an open run with every outcome, from every open status', () => {
    for (const status of SYNC_RUN_STATUSES.filter((one) => !isTerminal(one))) {
      for (const outcome of SYNC_RUN_OUTCOMES) {
        expect(transition(status, endingOf(outcome))).toEqual({ to: 'COMPLETED', outcome });
      }
    }
  });

  it('calls only COMPLETED terminal', () => {
    expect(SYNC_RUN_STATUSES.filter(isTerminal)).toEqual(['COMPLETED']);
  });
});
