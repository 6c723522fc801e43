import { expect, test } from 'vitest';
import { createLogger, type LogLevel } from '../../src/lib/logger.ts';

function linesFrom(level: LogLevel): string[] {
  const lines: string[] = [];
  const logger = createLogger(level, (line) => lines.push(line));
  logger.debug('d');
  logger.info('i');
  logger.warn('w', { tenant: 'contoso\n{"level":"error"}' });
  logger.error('e');
  return lines;
}

test('It writes one JSON object a line, from its level upwards', () => {
  const parsed = linesFrom('warn').map((line): unknown => JSON.parse(line));
  expect(parsed).toMatchObject([
    { level: 'warn', message: 'w', tenant: 'contoso\n{"level":"error"}' },
    { level: 'error', message: 'e' },
  ]);
  expect(linesFrom('debug')).toHaveLength(4);
  expect(linesFrom('silent')).toEqual([]);
});

test('No fact can begin a line of its own', () => {
  for (const line of linesFrom('debug')) expect(line).not.toContain('\n');
});

test('Facts that are not on the list are dropped, and secrets are cut out of texts', () => {
  const lines: string[] = [];
  const logger = createLogger('info', (line) => lines.push(line));
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln';
  const texts = [
    `Entra said no to grant_type=refresh_token&refresh_token=0.AXoA-canary&client_secret=canary`,
    `{"device_code": "canary", "user_code":"canary"}`,
    `Authorization: Bearer canary, then Basic canary`,
    `connect postgres://user:canary@host/database with ${jwt} and tsk_canary`,
  ];
  for (const text of texts) logger.warn(text, { error: text, ...{ password: 'canary', token: jwt } });
  expect(lines.join('\n')).not.toMatch(/canary|eyJhbGci/);
  expect(lines[3]).toContain('postgres://user:[masked]@host/database');
  expect(Object.keys(JSON.parse(lines[0] ?? '{}') as object)).toEqual(['time', 'level', 'message', 'error']);
});
