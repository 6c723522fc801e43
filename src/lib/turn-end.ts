/**
 * The end of a turn of the event loop, in two steps: those who tell what the turn brought, then those who write what
 * they were told. One timer for all of them, as an event may concern thousands.
 */
type Step = () => void;

let telling: Step[] = [];
let writing: Step[] = [];
let isDue = false;
let isTelling = false;

/** Once, at the end of this turn. */
export function tellAtTurnEnd(tell: Step): void {
  telling.push(tell);
  beDue();
}

/** Once, at the end of this turn, when everything has been told. */
export function writeAtTurnEnd(write: Step): void {
  writing.push(write);
  beDue();
}

/** Whether what is told now is all that its teller has to tell in this turn. */
export const isTurnEnding = (): boolean => isTelling;

function beDue(): void {
  if (isDue) return;
  isDue = true;
  setImmediate(endTurn);
}

function endTurn(): void {
  isDue = false;
  const tellers = telling;
  telling = [];
  isTelling = true;
  try {
    for (const tell of tellers) tell();
  } finally {
    isTelling = false;
    const writers = writing;
    writing = [];
    for (const write of writers) write();
  }
}
