import { test } from 'vitest';
import { cutReplies } from '../support/cut-replies.ts';

test('Replies that were cut after the commit are asked for again under their keys, and everything is done once', () =>
  cutReplies(30));
