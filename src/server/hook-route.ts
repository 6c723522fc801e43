/**
 * `POST /hooks/azure-devops`: Azure DevOps says that something moved. Hooks come twice, late, out of order or never, and
 * carry no signature: so nothing of what one says is believed, it only makes somebody look sooner.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Db } from '../database/database.ts';
import { tellHint } from '../poller/hints.ts';
import { readJson, sendJson, setHeaders } from './json.ts';
import { type Admission, unadmitted } from './limits/admission.ts';

export const LARGEST_HOOK_BYTES = 64 * 1024;

export type HookParts = { db: Db; admission: Admission; secret: string };

export async function takeHook(
  { db, admission, secret }: HookParts,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  if (request.method !== 'POST')
    return sendJson(response, 405, { code: 'METHOD_NOT_ALLOWED', message: 'Hooks are sent with POST.' });
  const seconds = admission.waitSeconds(request);
  if (seconds > 0) {
    const { status, headers, ...said } = unadmitted({ kind: 'wait', seconds });
    setHeaders(response, headers);
    return sendJson(response, status, said);
  }
  const credential = request.headers.authorization ?? '';
  if (!isSecret(passwordOf(credential), secret)) {
    if (credential !== '') admission.failed(request, credential);
    response.setHeader('WWW-Authenticate', 'Basic realm="hooks"');
    const message = 'Send the password of AZURE_DEVOPS_HOOK_SECRET by basic authentication.';
    return sendJson(response, 401, { code: 'UNAUTHENTICATED', message });
  }
  const body = await readJson(request, LARGEST_HOOK_BYTES);
  if (body === undefined) {
    const message = `Hooks are JSON of at most ${LARGEST_HOOK_BYTES} bytes: let the subscription send minimal details and no messages.`;
    return sendJson(response, 400, { code: 'BAD_REQUEST', message });
  }
  const hint = readHook(body);
  if (hint) await tellHint(db, hint);
  // The same answer for a project of ours and for any other.
  response.writeHead(202).end();
}

/** What follows the first colon of `Basic base64(user:password)`. */
function passwordOf(authorization: string): string {
  const [, encoded = ''] = /^Basic +(\S+)$/i.exec(authorization) ?? [];
  const plain = Buffer.from(encoded, 'base64').toString('utf8');
  return plain.slice(plain.indexOf(':') + 1);
}

/** Takes the same time wherever, and however far, they differ. */
const isSecret = (given: string, secret: string) => timingSafeEqual(sha256(given), sha256(secret));
const sha256 = (text: string) => createHash('sha256').update(text).digest();

const number = z.coerce.number().int().positive().max(2_147_483_647).nullish().catch(null);
const text = z.string().nullish().catch(null);
const thing = z.object({ id: text }).nullish().catch(null);
/** Approvals name their project in the resource, runs in the containers. */
const wireHook = z.object({
  resource: z
    .object({
      runId: number,
      run: z.object({ id: number }).nullish().catch(null),
      projectId: text,
      project: thing,
    })
    .nullish()
    .catch(null),
  resourceContainers: z.object({ project: thing }).nullish().catch(null),
});

/** null: it speaks of a project that cannot be one of ours. */
function readHook(body: unknown): { projectId: string | null; buildId: number | null } | null {
  const { resource, resourceContainers } = wireHook.safeParse(body).data ?? {};
  const named = resourceContainers?.project?.id ?? resource?.projectId ?? resource?.project?.id ?? null;
  const projectId = named?.toLowerCase() ?? null;
  if (projectId !== null && !z.guid().safeParse(projectId).success) return null;
  return { projectId, buildId: resource?.run?.id ?? resource?.runId ?? null };
}
