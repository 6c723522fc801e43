/** Pure: what is wrong with an export of the audit log. Needs no database, only the public key from elsewhere. */
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { AUDIT_ACTS, AUDIT_OUTCOMES, GENESIS, hashOfEntry } from './audit-entry.ts';
import { type Checkpoint, isSignedBy } from './checkpoint.ts';
import { ACTOR_KINDS } from '../events/actor.ts';
import { isId } from '../lib/ids.ts';

export type AuditFinding = {
  kind: 'ALTERED' | 'REMOVED' | 'REORDERED' | 'CUT_OFF' | 'CHECKPOINT';
  message: string;
};

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const rowShape = z.strictObject({
  position: z.int().positive(),
  at: z.iso.datetime(),
  act: z.enum(AUDIT_ACTS),
  outcome: z.enum(AUDIT_OUTCOMES),
  actor: z.strictObject({ kind: z.enum(ACTOR_KINDS), id: z.string(), displayName: z.string() }),
  personId: z.string(),
  tenantId: z
    .string()
    .refine((text) => isId(text, 'ten'))
    .nullable(),
  target: z.string().nullable(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  previousHash: hash,
  hash,
});
type Row = z.infer<typeof rowShape>;

export const checkpointShape = z.object({
  position: z.int().nonnegative(),
  hash,
  at: z.iso.datetime(),
  keyId: z.string(),
  signature: z.string(),
});

/** `checkpoints`: earlier ones, as the program's log has them; they show what was cut off since. */
export function verifyAudit(
  lines: readonly string[],
  { publicKey, checkpoints }: { publicKey: KeyObject; checkpoints: readonly Checkpoint[] },
): AuditFinding[] {
  const { rows, last, findings } = readLines(lines.filter((line) => line.trim() !== ''));
  const ordered = rows.toSorted((a, b) => a.position - b.position);
  if (!last) {
    findings.push(found('CUT_OFF', 'The export does not end with its checkpoint: its end was cut off.'));
  }
  return [
    ...findings,
    ...reordered(rows),
    ...rows.filter(isAltered).map(({ position }) => found('ALTERED', `Row ${position} was altered.`)),
    ...brokenLinks(ordered),
    ...[...(last ? [last] : []), ...checkpoints].flatMap((one) => againstCheckpoint(ordered, one, publicKey)),
  ];
}

const found = (kind: AuditFinding['kind'], message: string): AuditFinding => ({ kind, message });

function readLines(lines: readonly string[]) {
  const rows: Row[] = [];
  const findings: AuditFinding[] = [];
  let last: Checkpoint | null = null;
  for (const [index, line] of lines.entries()) {
    const value = parse(line);
    const checkpoint = z.object({ checkpoint: checkpointShape }).safeParse(value);
    const row = rowShape.safeParse(value);
    if (checkpoint.success && index === lines.length - 1) last = checkpoint.data.checkpoint;
    else if (row.success) rows.push(row.data);
    else findings.push(found('ALTERED', `Line ${index + 1} of the file is no row of the audit log.`));
  }
  return { rows, last, findings };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isAltered(row: Row): boolean {
  const { tenantId } = row;
  const known = tenantId === null || isId(tenantId, 'ten') ? tenantId : null;
  return hashOfEntry({ ...row, tenantId: known }) !== row.hash;
}

function reordered(rows: readonly Row[]): AuditFinding[] {
  return rows.flatMap(({ position }, index) => {
    const before = rows[index - 1];
    if (!before || before.position < position) return [];
    return [
      found(
        'REORDERED',
        `Row ${position} stands behind row ${before.position}: rows were reordered or doubled.`,
      ),
    ];
  });
}

/** Gaps, and neighbours that do not know each other although each agrees with its own hash. */
function brokenLinks(ordered: readonly Row[]): AuditFinding[] {
  return ordered.flatMap((row, index) => {
    const before = ordered[index - 1] ?? { position: 0, hash: GENESIS };
    const [from, to] = [before.position + 1, row.position - 1];
    if (from <= to) return [found('REMOVED', `${rowsFrom(from, to)} removed.`)];
    if (row.position === before.position || row.previousHash === before.hash) return [];
    return [
      found(
        'ALTERED',
        `Row ${before.position} or row ${row.position} was altered: their hashes do not join.`,
      ),
    ];
  });
}

function againstCheckpoint(
  ordered: readonly Row[],
  checkpoint: Checkpoint,
  publicKey: KeyObject,
): AuditFinding[] {
  const { position, at } = checkpoint;
  if (!isSignedBy(publicKey, checkpoint))
    return [found('CHECKPOINT', `The checkpoint of ${at} was not signed with this key.`)];
  const lastPosition = ordered.at(-1)?.position ?? 0;
  if (position > lastPosition)
    return [found('CUT_OFF', `${rowsFrom(lastPosition + 1, position)} cut off at the end.`)];
  const row = ordered.find((one) => one.position === position);
  const hashThere = position === 0 ? GENESIS : row?.hash;
  if (hashThere === undefined || hashThere === checkpoint.hash) return [];
  return [
    found('ALTERED', `Rows up to ${position} were written anew: row ${position} is not the one of ${at}.`),
  ];
}

const rowsFrom = (from: number, to: number) =>
  from === to ? `Row ${from} was` : `Rows ${from} to ${to} were`;
