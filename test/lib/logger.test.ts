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
