import { builder } from '../graphql/builder.ts';
import { enumOf } from '../graphql/enums.ts';
import { EventInterface, TenantEventInterface, type ToldEvent } from '../graphql/event.ts';
import type { OffReason } from './web-hook.ts';

export const OffReasonEnum = enumOf<OffReason>('WebHookOffReason', 'Why nothing is sent to a web hook.', {
  ADMIN: 'An admin switched it off.',
  FAILING: 'For 72 hours nothing that was sent was accepted.',
  GONE: 'The receiver answered 410: it wants nothing more.',
  CURSOR_EXPIRED: 'Events that it was not sent yet are no longer kept.',
});

builder.objectRef<ToldEvent<'WEB_HOOK_SWITCHED_OFF'>>('WebHookSwitchedOff').implement({
  description:
    'Nothing more is sent to a web hook, because its receiver kept failing. It is told of the tenant whose event would have come next. A person must look, and switch it on again.',
  interfaces: [EventInterface, TenantEventInterface],
  fields: (t) => ({
    webHookId: t.id({ description: 'Which web hook; for admins.', resolve: ({ body }) => body.webHookId }),
    reason: t.field({
      type: OffReasonEnum,
      description: 'Why it was switched off.',
      resolve: ({ body }) => body.reason as OffReason,
    }),
  }),
});
