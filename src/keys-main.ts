/** `npm run keys`: keys for scripts and people, made by whoever may write to the database. The first one has to be. */
import { parseArgs } from 'node:util';
import {
  createKey,
  type ListedKey,
  listKeys,
  MOST_KEY_DAYS,
  revokeKey,
  rotateKey,
  USUAL_KEY_DAYS,
} from './access/api-keys.ts';
import { COMMAND_LINE } from './access/command-line.ts';
import { type Role, ROLES } from './access/permissions.ts';
import { type Db, openDatabase } from './database/database.ts';
import { messageOf } from './lib/errors.ts';
import { isId, type KeyId, type TenantId } from './lib/ids.ts';
import { createLogger } from './lib/logger.ts';
import { prepareDatabase } from './prepare-database.ts';

const HELP = `npm run keys -- <command>, with DATABASE_URL set (and DATABASE_OWNER_URL, when the API has it)

  create --name <name> --role <role>… [--tenant <id>…] [--person <tid/oid>] [--days <1 to ${MOST_KEY_DAYS}>]
         Roles: ${ROLES.join(', ').toLowerCase()}. Without --tenant for the whole fleet. ${USUAL_KEY_DAYS} days unless said otherwise.
  list   Every key, the revoked ones too. Secrets are never shown again.
  rotate <id> [--overlap-hours <0 to 720>] [--days …]
         A new secret; the present one works on for 24 hours unless said otherwise.
  revoke <id>
         Ends it at once, on open connections within 5 seconds.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: 'string' },
    role: { type: 'string', multiple: true },
    tenant: { type: 'string', multiple: true },
    person: { type: 'string' },
    days: { type: 'string' },
    'overlap-hours': { type: 'string' },
  },
});
const [command = 'help', id] = positionals;

const COMMANDS: Readonly<Record<string, (db: Db) => Promise<string>>> = { create, list, rotate, revoke };

try {
  const run = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  console.log(run ? await withDatabase(run) : HELP);
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}

async function withDatabase(work: (db: Db) => Promise<string>): Promise<string> {
  const url = process.env.DATABASE_URL;
  if (!url) throw new Error('DATABASE_URL is missing: the address of the database of the API.');
  const logger = createLogger('error', (line) => process.stderr.write(`${line}\n`));
  await using database = openDatabase({ url, maxConnections: 2, logger });
  await prepareDatabase(database, { ownerUrl: process.env.DATABASE_OWNER_URL || undefined, logger });
  return await work(database.db);
}

async function create(db: Db): Promise<string> {
  const roles = (values.role ?? []).map(readRole);
  if (!values.name || roles.length === 0) throw new Error(`A key needs --name and --role.\n\n${HELP}`);
  const { key, secret } = await createKey(db, COMMAND_LINE, {
    name: values.name,
    personId: values.person ?? null,
    roles,
    tenantIds: (values.tenant ?? []).map(readTenant),
    expiresInDays: readNumber('days', USUAL_KEY_DAYS, [1, MOST_KEY_DAYS]),
  });
  return `${describe(key)}\n\nThe key, shown only now:\n${secret}`;
}

async function list(db: Db): Promise<string> {
  const keys = await listKeys(db, COMMAND_LINE);
  return keys.length > 0 ? keys.map(describe).join('\n') : 'There is no key yet: make one with create.';
}

async function rotate(db: Db): Promise<string> {
  const made = await rotateKey(db, COMMAND_LINE, {
    id: readKeyId(),
    overlapHours: readNumber('overlap-hours', 24, [0, 720]),
    expiresInDays: readNumber('days', USUAL_KEY_DAYS, [1, MOST_KEY_DAYS]),
  });
  if (!made) throw unknownKey();
  return `${describe(made.key)}\n\nThe new secret, shown only now:\n${made.secret}`;
}

async function revoke(db: Db): Promise<string> {
  const key = await revokeKey(db, COMMAND_LINE, { id: readKeyId() });
  if (!key) throw unknownKey();
  return describe(key);
}

function describe({ id: keyId, name, personId, revokedAt, secrets }: ListedKey): string {
  const state = revokedAt ? [`revoked ${revokedAt.toISOString()}`] : secrets.map(describeSecret);
  return [keyId, name, ...(personId ? [`person ${personId}`] : []), ...state].join('  ');
}

function describeSecret({ prefix, expiresAt, lastUsedAt }: ListedKey['secrets'][number]): string {
  return `${prefix}… until ${expiresAt.toISOString()}, last used ${lastUsedAt?.toISOString() ?? 'never'}`;
}

function unknownKey(): Error {
  return new Error(`There is no key ${id} that still works. "list" shows them all.`);
}

function readKeyId(): KeyId {
  if (id === undefined || !isId(id, 'key')) throw new Error(`Say which key, by its id.\n\n${HELP}`);
  return id;
}

function readRole(word: string): Role {
  const role = ROLES.find((one) => one === word.toUpperCase());
  if (!role) throw new Error(`"${word}" is no role. The roles are ${ROLES.join(', ').toLowerCase()}.`);
  return role;
}

function readTenant(text: string): TenantId {
  if (!isId(text, 'ten')) throw new Error(`"${text}" is not a tenant's id, like ten_0193….`);
  return text;
}

function readNumber(name: 'days' | 'overlap-hours', usual: number, [from, to]: [number, number]): number {
  const number = Number(values[name] ?? usual);
  if (Number.isFinite(number) && number >= from && number <= to) return number;
  throw new Error(`--${name} must be a number from ${from} to ${to}.`);
}
