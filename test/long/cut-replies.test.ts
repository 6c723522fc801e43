import { test } from 'vitest';
import { cutReplies } from '../support/cut-replies.ts';

test('Two hundred replies that were cut after the commit are asked for again, and everything is done once', () =>
  cutReplies(200));
