/** `npm run audit:verify`: checks an export of the audit log, without a database. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Checkpoint, readPublicKey } from './access/checkpoint.ts';
import { checkpointShape, verifyAudit } from './access/verify-audit.ts';
import { messageOf } from './lib/errors.ts';

const HELP = `npm run audit:verify -- <export.jsonl> --public-key <base64> [--checkpoints <log.jsonl>]

  --public-key   the one that the API logs when it starts; take it from where you trust, not from the export
  --checkpoints  lines of the API's log with "Audit checkpoint.": show what was cut off since they were logged`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'public-key': { type: 'string' }, checkpoints: { type: 'string' } },
});

try {
  process.exitCode = verify(positionals[0], values['public-key']);
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 2;
}

function verify(file: string | undefined, key: string | undefined): number {
  if (file === undefined || key === undefined) throw new Error(HELP);
  const lines = readFileSync(file, 'utf8').split('\n');
  const checkpoints = values.checkpoints ? readCheckpoints(values.checkpoints) : [];
  const findings = verifyAudit(lines, { publicKey: readPublicKey(key), checkpoints });
  for (const { kind, message } of findings) console.log(`${kind}  ${message}`);
  if (findings.length === 0) console.log('The audit log is whole: nothing altered, removed or reordered.');
  return findings.length === 0 ? 0 : 1;
}

function readCheckpoints(file: string): Checkpoint[] {
  const logged = z.object({ message: z.literal('Audit checkpoint.') }).and(checkpointShape);
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"Audit checkpoint."'))
    .map((line) => logged.parse(JSON.parse(line)));
}
