/** `GET /audit-log`: the whole audit log as JSON lines, closed by a signed checkpoint, for admins of the fleet. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { audit, recordingRefusals } from '../access/audit.ts';
import { exportAudit, takeCheckpoint } from '../access/audit-log.ts';
import type { CheckpointSigner } from '../access/checkpoint.ts';
import { Forbidden, mustBeAllowedEverywhere, type Viewer } from '../access/viewer.ts';
import { type Db, inTransaction } from '../database/database.ts';
import { sendJson, setHeaders } from './json.ts';
import { type Admission, unadmitted } from './limits/admission.ts';

export const AUDIT_EXPORT_PATH = '/audit-log';

export async function serveAuditLog(
  parts: { db: Db; admission: Admission; signer: CheckpointSigner | null },
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const who = await parts.admission.admit(request, request.headers.authorization);
  if (who.kind !== 'viewer') {
    const { status, headers, ...said } = unadmitted(who);
    setHeaders(response, headers);
    return sendJson(response, status, said);
  }
  const { db, signer } = parts;
  if (!signer) {
    const message =
      'The audit log cannot be exported: AUDIT_SIGNING_KEY is not set. Whoever runs this API can set it.';
    return sendJson(response, 503, { code: 'NOT_CONFIGURED', message });
  }
  try {
    await recordExport(db, who.viewer);
  } catch (error) {
    if (!(error instanceof Forbidden)) throw error;
    return sendJson(response, 403, { code: 'FORBIDDEN', message: error.message });
  }
  const checkpoint = await takeCheckpoint(db, signer);
  response.writeHead(200, {
    'Content-Type': 'application/jsonl; charset=utf-8',
    'Content-Disposition': 'attachment; filename="audit-log.jsonl"',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'private, no-store',
  });
  await pipeline(Readable.from(exportAudit(db, checkpoint)), response);
}

/** The export is itself an act, and its own last row. */
function recordExport(db: Db, viewer: Viewer): Promise<void> {
  const facts = { viewer, act: 'EXPORT_AUDIT_LOG' as const, tenantId: null, target: null };
  return recordingRefusals(db, facts, () => {
    mustBeAllowedEverywhere(viewer, 'readAudit');
    return inTransaction(db, (tx) => audit(tx, facts));
  });
}
