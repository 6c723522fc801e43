/** The calls of the control API about the built-in receiver of web hooks. */
import { z } from 'zod';
import { type ControlCall, get, post } from './control-call.ts';

export const RECEIVER_CALLS: readonly ControlCall[] = [
  get('/control/receiver', 'What web hooks sent to /receiver, newest first.', ({ control }) =>
    control.received(),
  ),
  post(
    '/control/receiver',
    'How /receiver answers from now on: 204 unless told; 503 with retryAfterSeconds lets deliveries wait, 410 ends them.',
    z.strictObject({
      status: z.number().int().min(200).max(599).default(204),
      retryAfterSeconds: z.number().int().min(0).max(86_400).optional(),
    }),
    ({ control, body }) => control.answerReceived(body),
  ),
];
