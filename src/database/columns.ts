import { timestamp } from 'drizzle-orm/pg-core';
import { isoMoment } from '../lib/iso-moment.ts';

/** A moment to the millisecond, as JavaScript's dates have it. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** A moment's text as it is answered. Postgres writes `2026-11-23 09:15:00.25+00`, in UTC and in our times. */
export function isoOfPostgres(text: string): string {
  if (text[10] !== ' ' || !text.endsWith('+00')) return isoMoment(new Date(text));
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).padEnd(3, '0')}Z`;
}
