import { expect, test } from 'vitest';
import { formatCommand, parseCommand, plainLine } from '../../src/agent/logging-commands.ts';

test('A command says the same after it was written and read', () => {
  const command = {
    name: 'task.logissue',
    properties: { type: 'error', code: 'A;B]C%3B' },
    text: '100 % wrong: ##vso[x]y]\r\nsecond line; %0A %AZP25',
  };
  const line = formatCommand(command);
  expect(line).not.toMatch(/[\r\n]/);
  expect(parseCommand(line)).toEqual(command);
});

test('It is written as agents read it', () => {
  expect(formatCommand({ name: 'task.setprogress', properties: { value: '5' }, text: 'Half' })).toBe(
    '##vso[task.setprogress value=5;]Half',
  );
  expect(formatCommand({ name: 'build.addbuildtag', properties: {}, text: 'a' })).toBe(
    '##vso[build.addbuildtag]a',
  );
});

test('A name in a tenant gives the agent no command', () => {
  const line = plainLine('ADDED Group ##vso[task.setvariable variable=x]1 ##[error]no');
  expect(line).not.toContain('##');
  expect(parseCommand(line)).toBeNull();
});
