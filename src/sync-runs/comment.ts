import { InvalidInput } from './refusals.ts';

/** Characters, as people count them: code points. */
const LONGEST_COMMENT = 2_000;

/** A comment as it may be stored and sent on; empty ones are none. */
export function checkedComment(comment: string | null | undefined): string | null {
  if (!comment) return null;
  if (comment.includes('\0')) {
    throw new InvalidInput(
      'comment',
      'The comment holds a NUL character, which cannot be stored. Remove it and send it again.',
    );
  }
  const length = [...comment].length;
  if (length > LONGEST_COMMENT) {
    throw new InvalidInput(
      'comment',
      `The comment is ${length} characters long; at most ${LONGEST_COMMENT} can be recorded. Shorten it and send it again.`,
    );
  }
  return comment;
}
