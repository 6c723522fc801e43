import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditLog } from '../../src/access/access.table.ts';
import { audit, recordingRefusals } from '../../src/access/audit.ts';
import { hashOfEntry } from '../../src/access/audit-entry.ts';
import { AuditCheckpoints } from '../../src/access/audit-checkpoints.ts';
import { createCheckpointSigner, readPublicKey } from '../../src/access/checkpoint.ts';
import { COMMAND_LINE } from '../../src/access/command-line.ts';
import { grantRole } from '../../src/access/role-grants.ts';
import { checkpointShape, verifyAudit } from '../../src/access/verify-audit.ts';
import { inTransaction } from '../../src/database/database.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { NotFound } from '../../src/sync-runs/refusals.ts';
import { type Api, keyOf, startApi } from '../support/api.ts';
import { waitFor } from '../support/wait-for.ts';

const newSigner = () =>
  createCheckpointSigner(
    generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  );
const signer = newSigner();
const publicKey = readPublicKey(signer.publicKey);
const facts = { viewer: COMMAND_LINE, act: 'GRANT_ROLE' as const, tenantId: null, target: 'x' };

let api: Api;
beforeAll(async () => void (api = await startApi({ auditSigner: signer })));
afterAll(() => api[Symbol.asyncDispose]());

const download = (as: string) =>
  fetch(`${api.url}/audit-log`, { headers: { authorization: `Bearer ${keyOf(as)}` } });
const exportLines = async () => (await (await download('admin')).text()).trim().split('\n');
const verify = (
  lines: readonly string[],
  checkpoints: Parameters<typeof verifyAudit>[1]['checkpoints'] = [],
) => verifyAudit(lines, { publicKey, checkpoints });

test('Fifty acts at once make one unbroken chain, and those that roll back leave no trace', async () => {
  const acts = Array.from({ length: 50 }, (_, index) =>
    inTransaction(api.db, async (tx) => {
      await audit(tx, { ...facts, details: { index } });
      if (index % 5 === 0) throw new Error('rolled back');
    }).catch(() => undefined),
  );
  await Promise.all(acts);
  const lines = await exportLines();
  expect(lines).toHaveLength(40 + 1 + 1);
  expect(verify(lines)).toEqual([]);
});

test('An act and its record commit together, and a refused one is recorded by itself', async () => {
  const subject = 'key/key_00000000000000000000000000000000';
  await grantRole(api.db, COMMAND_LINE, { subject, role: 'VIEWER', tenantId: null });
  const refused = recordingRefusals(api.db, { ...facts, target: 'y' }, () => {
    throw new NotFound('There is no such thing.');
  });
  await expect(refused).rejects.toThrow(NotFound);
  const [done, no] = (await api.db.select().from(auditLog).orderBy(auditLog.position)).slice(-2);
  expect(done).toMatchObject({ act: 'GRANT_ROLE', outcome: 'DONE', target: subject });
  expect(no).toMatchObject({ outcome: 'REFUSED', target: 'y', details: { reason: 'NOT_FOUND' } });
});

test('The application can neither change nor delete what is on record', async () => {
  for (const statement of [
    sql`update audit_log set target = 'z'`,
    sql`delete from audit_log`,
    sql`truncate audit_log`,
    sql`delete from audit_head`,
  ]) {
    await expect(api.db.execute(statement)).rejects.toMatchObject({
      cause: { message: expect.stringContaining('append-only') as string },
    });
  }
});

test('An export that was tampered with is found out, whatever was done to it', async () => {
  const lines = await exportLines();
  const last = lines.length - 1;
  const row = (index: number) => JSON.parse(lines[index] ?? '') as Record<string, unknown>;
  const kinds = (changed: readonly string[]) => new Set(verify(changed).map(({ kind }) => kind));
  const altered = { ...row(3), target: 'somebody else' };
  const rehashed = { ...altered, hash: hashOfEntry(altered as never) };
  const tampered: [string, readonly string[], string][] = [
    ['altered', lines.with(3, JSON.stringify(altered)), 'ALTERED'],
    ['altered and hashed again', lines.with(3, JSON.stringify(rehashed)), 'ALTERED'],
    ['given a field more', lines.with(3, JSON.stringify({ ...row(3), extra: 1 })), 'ALTERED'],
    ['removed', lines.toSpliced(5, 2), 'REMOVED'],
    ['removed from the start', lines.slice(1), 'REMOVED'],
    ['reordered', lines.with(3, lines[4] ?? '').with(4, lines[3] ?? ''), 'REORDERED'],
    ['doubled', lines.toSpliced(3, 0, lines[3] ?? ''), 'REORDERED'],
    ['cut off before the checkpoint', lines.toSpliced(last - 2, 2), 'CUT_OFF'],
    ['cut off with the checkpoint', lines.slice(0, last - 1), 'CUT_OFF'],
    [
      'signed by somebody else',
      lines.with(last, JSON.stringify({ checkpoint: forged(lines) })),
      'CHECKPOINT',
    ],
  ];
  for (const [what, changed, kind] of tampered) expect(kinds(changed), what).toContain(kind);
  expect(verify(lines.toSpliced(5, 2)).map(({ message }) => message)).toContain('Rows 6 to 7 were removed.');
});

function forged(lines: readonly string[]) {
  const { position, hash } = JSON.parse(lines.at(-2) ?? '') as { position: number; hash: string };
  return newSigner().sign({ position, hash, at: new Date() });
}

test('A log that was written anew from the start, or shortened in the database, differs from logged checkpoints', async () => {
  const lines = await exportLines();
  const { checkpoint } = JSON.parse(lines.at(-1) ?? '') as { checkpoint: unknown };
  const known = checkpointShape.parse(checkpoint);
  let previousHash = '0'.repeat(64);
  const anew = lines.slice(0, -1).map((line) => {
    const entry = { ...(JSON.parse(line) as object), personId: 'nobody', previousHash };
    previousHash = hashOfEntry(entry as never);
    return { ...entry, hash: previousHash };
  });
  const resigned = (count: number) =>
    JSON.stringify({
      checkpoint: signer.sign({ position: count, hash: anew[count - 1]?.hash ?? '', at: new Date() }),
    });
  const whole = [...anew.map((entry) => JSON.stringify(entry)), resigned(anew.length)];
  expect(verify(whole)).toEqual([]);
  expect(verify(whole, [known])).toMatchObject([{ kind: 'ALTERED' }]);
  const short = [...anew.slice(0, 9).map((entry) => JSON.stringify(entry)), resigned(9)];
  expect(verify(short, [known])).toMatchObject([{ kind: 'CUT_OFF' }]);
});

test('Only admins export it, and each export is itself on record', async () => {
  expect((await download('approver')).status).toBe(403);
  expect((await fetch(`${api.url}/audit-log`)).status).toBe(401);
  const lines = await exportLines();
  expect(lines.at(-2)).toContain('"act":"EXPORT_AUDIT_LOG","outcome":"DONE"');
  expect(lines.at(-3)).toContain('"outcome":"REFUSED"');
});

test('It is read page by page and filtered, by admins only', async () => {
  const query = `query ($after: String, $filter: AuditFilter) { auditLog(first: 30, after: $after, filter: $filter) {
    totalCount pageInfo { hasNextPage endCursor } nodes { position outcome act details { name value } } } }`;
  type Page = {
    auditLog: {
      totalCount: number;
      pageInfo: { hasNextPage: boolean; endCursor: string };
      nodes: { position: number; outcome: string }[];
    };
  };
  const first = (await api.ask<Page, unknown>(query, {}, 'admin')).data?.auditLog;
  const next = (await api.ask<Page, unknown>(query, { after: first?.pageInfo.endCursor }, 'admin')).data
    ?.auditLog;
  expect([first?.nodes.at(-1)?.position, next?.nodes[0]?.position]).toEqual([30, 31]);
  const refused = (await api.ask<Page, unknown>(query, { filter: { outcome: 'REFUSED' } }, 'admin')).data
    ?.auditLog;
  expect(refused?.nodes.every(({ outcome }) => outcome === 'REFUSED')).toBe(true);
  expect((await api.ask(query, {}, 'operator')).errors[0]?.extensions?.code).toBe('FORBIDDEN');
});

test('Checkpoints go to the program’s log, and the command verifies with them offline', async () => {
  const logged: string[] = [];
  const logger = createLogger('info', (line) => logged.push(line));
  await using _checkpoints = new AuditCheckpoints({ db: api.db, signer, logger });
  await waitFor('a checkpoint', () => logged.length > 0);
  const folder = await mkdtemp(join(tmpdir(), 'audit-'));
  try {
    const lines = await exportLines();
    const run = async (content: readonly string[]) => {
      await writeFile(join(folder, 'export.jsonl'), content.join('\n'));
      await writeFile(join(folder, 'log.jsonl'), logged.join('\n'));
      const words = [
        join(folder, 'export.jsonl'),
        '--public-key',
        signer.publicKey,
        '--checkpoints',
        join(folder, 'log.jsonl'),
      ];
      return spawnSync(process.execPath, ['src/audit-verify-main.ts', ...words], { encoding: 'utf8' });
    };
    expect(await run(lines)).toMatchObject({ status: 0 });
    const cut = await run(lines.toSpliced(2, 1));
    expect(cut.status).toBe(1);
    expect(cut.stdout).toContain('REMOVED  Row 3 was removed.');
    const altered = (lines[4] ?? '').replace('"GRANT_ROLE"', '"REJECT"');
    expect((await run(lines.with(4, altered))).stdout).toContain('ALTERED  Row 5 was altered.');
    const swapped = lines.with(5, lines[6] ?? '').with(6, lines[5] ?? '');
    expect((await run(swapped)).stdout).toContain('REORDERED  Row 6 stands behind row 7');
    const end = lines.length - 1;
    expect((await run(lines.toSpliced(end - 1, 1))).stdout).toContain(`CUT_OFF  Row ${end} was cut off`);
  } finally {
    await rm(folder, { recursive: true });
  }
});
