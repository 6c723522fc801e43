import { expect, test } from 'vitest';
import { isoOfPostgres } from '../../src/database/columns.ts';
import { createTestDatabase } from '../support/database.ts';

test('A moment is answered alike wherever Postgres lives, and however many of its digits are zeros', async () => {
  await using made = await createTestDatabase({ maxConnections: 1 });
  const { pool } = made.database;
  const moments = [
    '2026-11-23 09:15:00',
    '2026-11-23 23:59:59.5',
    '2026-11-24 00:00:00.007',
    '1999-12-31 12:00',
    '2038-01-19',
  ];
  for (const zone of ['UTC', 'Asia/Kolkata', 'America/New_York', 'Europe/London']) {
    await pool.query(`set timezone = '${zone}'`);
    for (const moment of [...moments, '2026-07-01 12:00:00']) {
      const { rows } = await pool.query<{ text: string; ms: string }>(
        'select $1::timestamptz(3)::text as text, extract(epoch from $1::timestamptz(3)) * 1000 as ms',
        [`${moment} UTC`],
      );
      const [row] = rows;
      expect([zone, row?.text, isoOfPostgres(row?.text ?? '')]).toEqual([
        zone,
        row?.text,
        new Date(Number(row?.ms)).toISOString(),
      ]);
    }
  }
});
