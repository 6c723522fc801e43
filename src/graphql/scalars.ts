import { isoMoment } from '../lib/iso-moment.ts';
import { builder } from './builder.ts';
import { badInput } from './user-error.ts';

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

builder.scalarType('DateTime', {
  description: 'A moment in RFC 3339, always in UTC with milliseconds: `2026-11-23T09:15:00.000Z`.',
  serialize: (value) => isoMoment(value instanceof Date ? value : new Date(value)),
  parseValue: (value) => {
    const moment = typeof value === 'string' && RFC_3339.test(value) ? new Date(value) : undefined;
    if (!moment || Number.isNaN(moment.getTime())) {
      throw badInput(
        `${JSON.stringify(value)} is not a moment. Write it in RFC 3339, like "2026-11-23T09:15:00Z".`,
      );
    }
    return moment;
  },
});

builder.scalarType('Cursor', {
  description:
    'An opaque position in the event log. The same value works in every place that takes one: keep it as it is, and give it back to resume exactly behind it.',
  serialize: (value) => value,
  parseValue: (value) => {
    if (typeof value !== 'string')
      throw badInput(`A cursor is a text, as an event or eventCursor gave it; this is ${typeof value}.`);
    return value;
  },
});
