/**
 * Addresses of a run's files for browsers, which send no Authorization header with a link: each carries a ticket that
 * opens this one file for a few minutes. They are made only for those who may read the file.
 */
import { z } from 'zod';
import type { Viewer } from '../access/viewer.ts';
import type { RunId, TenantId } from '../lib/ids.ts';
import type { Seal } from '../lib/seal.ts';

/** Long enough to click, short enough for a log of addresses to be worth nothing. */
export const TICKET_LIVES_MS = 5 * 60_000;

export const logsPath = (runId: RunId) => `/runs/${runId}/logs`;
export const artifactsPath = (runId: RunId) => `/runs/${runId}/artifacts`;
export const artifactPath = (runId: RunId, name: string) =>
  `${artifactsPath(runId)}/${encodeURIComponent(name)}`;

const ticketShape = z.object({ tenantId: z.templateLiteral(['ten_', z.string()]), until: z.number() });

/** From a path to the address that opens it. */
export type LinkTo = (path: string) => string;

/** `now`: the database's clock. */
export function linksFor(
  { seal, publicUrl }: { seal: Seal; publicUrl: string },
  { tenantId, now }: { tenantId: TenantId; now: Date },
): LinkTo {
  const ticket = JSON.stringify({ tenantId, until: now.getTime() + TICKET_LIVES_MS });
  return (path) => `${publicUrl}${path}?ticket=${seal.close(ticket, contextOf(path))}`;
}

/** Whoever holds a ticket for this path: somebody who may read files of its tenant. null: it opens nothing, or no longer. */
export function holderOf(
  { seal, now }: { seal: Seal; now: Date },
  { path, ticket }: { path: string; ticket: string },
): Viewer | null {
  const opened = open(seal, path, ticket);
  if (!opened || opened.until <= now.getTime()) return null;
  return {
    actor: { kind: 'SERVICE', id: 'ticket', displayName: 'The holder of a link' },
    personId: 'ticket',
    isMachine: true,
    grants: { fleet: new Set(), byTenant: new Map([[opened.tenantId, new Set(['OPERATOR'])]]) },
    expiresAt: new Date(opened.until),
  };
}

const contextOf = (path: string) => `ticket:${path}`;

function open(seal: Seal, path: string, ticket: string) {
  try {
    return ticketShape.parse(JSON.parse(seal.open(ticket, contextOf(path))));
  } catch {
    return null;
  }
}
