import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Database, openDatabase, postgresCodeOf } from '../../src/database/database.ts';
import { prepareDatabase } from '../../src/prepare-database.ts';
import { changeSetOf, decide, runOf, startSync, untilStatus } from '../support/journey.ts';
import { silent } from '../support/silent.ts';
import { type Stack, startStack } from '../support/stack.ts';

const name = `roles_${randomBytes(4).toString('hex')}`;
const [owner, application] = [`${name}_owner`, `${name}_app`];
const urlOf = (user: string) =>
  Object.assign(new URL(inject('postgresUrl')), { username: user, password: 'secret', pathname: `/${name}` })
    .href;

let admin: Database;
let asApplication: Database;
let stack: Stack;

beforeAll(async () => {
  admin = openDatabase({ url: inject('postgresUrl'), maxConnections: 1, logger: silent });
  for (const role of [owner, application])
    await admin.pool.query(`create role ${role} login password 'secret'`);
  await admin.pool.query(`create database ${name} owner ${owner}`);
  stack = await startStack({
    tenants: ['owned'],
    settings: { DATABASE_URL: urlOf(application), DATABASE_OWNER_URL: urlOf(owner) },
  });
  asApplication = openDatabase({ url: urlOf(application), maxConnections: 2, logger: silent });
});
afterAll(async () => {
  await asApplication[Symbol.asyncDispose]();
  await stack[Symbol.asyncDispose]();
  await admin.pool.query(`drop database ${name} with (force)`);
  for (const role of [application, owner]) await admin.pool.query(`drop role ${role}`);
  await admin[Symbol.asyncDispose]();
});

test('The API does all its work with a role that owns nothing', async () => {
  const tenant = await untilStatus(stack.place, 'owned', 'NOT_RUN');
  await stack.desireChange('owned');
  await startSync(stack.place, tenant.id);
  const waiting = await untilStatus(stack.place, 'owned', 'PENDING_APPROVAL');
  await decide(stack.place, 'approveChangeSet', changeSetOf(waiting));
  expect(runOf(await untilStatus(stack.place, 'owned', 'IDLE')).outcome).toBe('SUCCEEDED');
  await stack.restartApp();
  const { rows } = await asApplication.pool.query<{ owned: number }>(
    `select count(*)::int as owned from pg_class where relowner = current_user::regrole`,
  );
  expect(rows).toEqual([{ owned: 0 }]);
});

test('That role can add to the audit log, and by no statement touch what is in it or what guards it', async () => {
  const refused = [
    `update audit_log set target = 'x'`,
    'delete from audit_log',
    'truncate audit_log',
    'delete from audit_head',
    'drop table audit_log',
    'alter table audit_log disable trigger all',
    'drop trigger audit_log_append_only on audit_log',
    'alter table audit_log owner to current_user',
    'alter table audit_log rename to forgotten',
    `create or replace function refuse_audit_change() returns trigger language plpgsql as 'begin return null; end'`,
    `create trigger mine before insert on audit_log for each row execute function refuse_audit_change()`,
    `set session_replication_role = replica`,
    `set role ${owner}`,
    'create table public.mine ()',
    'drop schema public cascade',
  ];
  for (const statement of refused) {
    const error: unknown = await asApplication.pool.query(statement).catch((reason: unknown) => reason);
    expect({ statement, code: postgresCodeOf(error) }).toEqual({ statement, code: '42501' });
  }
  const { rows } = await asApplication.pool.query<{ acts: number }>(
    'select count(*)::int as acts from audit_log',
  );
  expect(rows[0]?.acts).toBeGreaterThan(1);
});

test('The command for keys works beside it', () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['src/keys-main.ts', 'create', '--name', 'first', '--role', 'admin'],
    {
      env: { ...process.env, DATABASE_URL: urlOf(application), DATABASE_OWNER_URL: urlOf(owner) },
      encoding: 'utf8',
    },
  );
  expect([status, stdout]).toEqual([0, expect.stringContaining('tsk_')]);
});

test('A role that could do what the owner can is refused at the start', async () => {
  for (const [url, ownerUrl] of [
    [urlOf(owner), urlOf(owner)],
    [Object.assign(new URL(inject('postgresUrl')), { pathname: `/${name}` }).href, urlOf(owner)],
  ] as const) {
    await using database = openDatabase({ url, maxConnections: 2, logger: silent });
    await expect(prepareDatabase(database, { ownerUrl, logger: silent })).rejects.toThrow(
      'a role of its own',
    );
  }
});
