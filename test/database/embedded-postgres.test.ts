import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, openDatabase } from '../../src/database/database.ts';
import {
  type EmbeddedPostgres,
  NOTHING_TO_LOSE,
  startEmbeddedPostgres,
} from '../../src/database/embedded-postgres.ts';
import { silent } from '../support/silent.ts';
import { waitFor } from '../support/wait-for.ts';

let parent: string;
let dataFolder: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'tenant-sync-embedded-'));
  await chmod(parent, 0o755);
  dataFolder = join(parent, 'data');
});
afterAll(() => rm(parent, { recursive: true, force: true }));

const start = (folder = dataFolder): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres({ dataFolder: folder, logger: silent, settings: NOTHING_TO_LOSE });

async function query<T>(url: string, ask: (db: Db) => Promise<T>): Promise<T> {
  await using database = openDatabase({ url, maxConnections: 1, logger: silent });
  return await ask(database.db);
}
const isUp = (url: string) =>
  query(url, (db) => db.execute(sql`select 1`)).then(
    () => true,
    () => false,
  );

test('It keeps its data when it is stopped and started again', async () => {
  const first = await start();
  await query(first.url, (db) => db.execute(sql`create table kept as select 'here' as word`));
  await first.stop();
  expect(await isUp(first.url)).toBe(false);
  await using second = await start();
  const { rows } = await query(second.url, (db) => db.execute<{ word: string }>(sql`select word from kept`));
  expect(rows).toEqual([{ word: 'here' }]);
});

test('It asks for its password and listens on this machine only', async () => {
  await using postgres = await start();
  const url = Object.assign(new URL(postgres.url), { password: 'guessed' }).href;
  expect(await isUp(url)).toBe(false);
  const { rows } = await query(postgres.url, (db) =>
    db.execute<{ listen_addresses: string }>(sql`show listen_addresses`),
  );
  expect(rows).toEqual([{ listen_addresses: '127.0.0.1' }]);
});

test('It ends when its program is killed, and the next program starts at once', async () => {
  const script = fileURLToPath(new URL('../support/postgres-holder.ts', import.meta.url));
  const holder = spawn(process.execPath, [script, dataFolder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: unknown[] = await once(createInterface({ input: holder.stdout }), 'line');
  const url = String(said[0]);
  expect(await isUp(url)).toBe(true);
  holder.kill('SIGKILL');
  await using next = await start();
  expect(await isUp(next.url)).toBe(true);
  await waitFor('the abandoned Postgres to end', async () => !(await isUp(url)));
});

test('A note that a crashed Postgres left behind does not keep it from starting, whoever has its number now', async () => {
  for (const pid of [process.pid, 4_194_305]) {
    const note = [pid, dataFolder, 1_700_000_000, 5432, '', '127.0.0.1', '0 0', 'ready'].join('\n');
    await writeFile(join(dataFolder, 'postmaster.pid'), note);
    await using postgres = await start();
    expect(await readFile(join(dataFolder, 'postmaster.pid'), 'utf8')).not.toContain(`${pid}\n`);
    expect(await isUp(postgres.url)).toBe(true);
  }
});

test('It starts for a checkout in a folder that nobody else may enter', async () => {
  const secret = await mkdtemp(join(tmpdir(), 'tenant-sync-0700-'));
  const place = join(secret, 'data');
  for (const turn of [1, 2]) {
    await using postgres = await start(place);
    await query(postgres.url, (db) => db.execute(sql`create table if not exists turns (n integer)`));
    await query(postgres.url, (db) => db.execute(sql`insert into turns values (${turn})`));
    const { rows } = await query(postgres.url, (db) => db.execute<{ n: number }>(sql`select n from turns`));
    expect(rows).toHaveLength(turn);
    if (turn === 2)
      await postgres.stop().then(() => rm(postgres.dataFolder, { recursive: true, force: true }));
  }
  await rm(secret, { recursive: true });
});
