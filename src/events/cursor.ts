import { Refusal } from '../lib/errors.ts';
import type { LogHead } from './log-head.ts';

/** A place in the log. Whoever reads `after` it gets everything behind `position`. */
export type LogPlace = { epoch: string; position: bigint };

/** The text was not made by this service, or names a place that the log has not reached. */
export class CursorInvalid extends Refusal {
  override readonly name = 'CursorInvalid';
  readonly code = 'CURSOR_INVALID';

  constructor() {
    super('This is not a cursor of this event log: pass one unchanged, as an event or eventCursor gave it.');
  }
}

/** Events behind the cursor may be gone: it is refused, never skipped. */
export class CursorExpired extends Refusal {
  override readonly name = 'CursorExpired';
  readonly code = 'CURSOR_EXPIRED';

  constructor() {
    super(
      'Events behind this cursor are no longer kept: ask for a new eventCursor, read the present state, then subscribe after that cursor.',
    );
  }
}

/** Opaque to clients. */
export function encodeCursor({ epoch, position }: LogPlace): string {
  return Buffer.from(`${epoch}:${position}`).toString('base64url');
}

const SHAPE = /^([\w-]{12}):(0|[1-9]\d{0,17})$/;

export function decodeCursor(text: string): LogPlace {
  const [, epoch, position] = SHAPE.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (epoch === undefined || position === undefined) throw new CursorInvalid();
  const place = { epoch, position: BigInt(position) };
  // Decoding base64url is lenient; only the text that encodeCursor makes is accepted.
  if (encodeCursor(place) !== text) throw new CursorInvalid();
  return place;
}

/** The position to read behind. Throws CursorInvalid or CursorExpired when the log as it is now cannot serve it. */
export function openCursor(text: string, head: LogHead): bigint {
  const { epoch, position } = decodeCursor(text);
  if (epoch !== head.epoch || position < head.firstPosition - 1n) throw new CursorExpired();
  if (position > head.lastPosition) throw new CursorInvalid();
  return position;
}
