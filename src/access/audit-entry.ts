/** Pure: one row of the audit log, and the hash that chains it to the one before. */
import { createHash } from 'node:crypto';
import type { Actor } from '../events/actor.ts';
import type { TenantId } from '../lib/ids.ts';
import { canonicalJson } from '../pipeline/canonical-json.ts';

export const AUDIT_ACTS = [
  'START_SYNC',
  'CANCEL_SYNC',
  'RESTART_AUTHENTICATION',
  'APPROVE',
  'REJECT',
  'REJECT_AND_REVERT',
  'RETRY_REVERT',
  'SET_TENANT_POLICY',
  'CREATE_API_KEY',
  'ROTATE_API_KEY',
  'REVOKE_API_KEY',
  'GRANT_ROLE',
  'WITHDRAW_ROLE',
  'EXPORT_AUDIT_LOG',
  'CREATE_WEB_HOOK',
  'UPDATE_WEB_HOOK',
  'ROTATE_WEB_HOOK_SECRET',
  'SWITCH_WEB_HOOK',
  'DELETE_WEB_HOOK',
  'REPLAY_WEB_HOOK',
  'TEST_WEB_HOOK',
] as const;
export type AuditAct = (typeof AUDIT_ACTS)[number];

export const AUDIT_OUTCOMES = ['DONE', 'REFUSED'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** Plain facts of the act; never a secret. */
export type AuditDetails = Readonly<Record<string, string | number | boolean | null>>;

export type AuditEntry = {
  /** From 1, without a gap. */
  position: number;
  at: Date;
  act: AuditAct;
  outcome: AuditOutcome;
  actor: Actor;
  personId: string;
  tenantId: TenantId | null;
  target: string | null;
  details: AuditDetails;
  previousHash: string;
  hash: string;
};

/** What the first row names as the one before it. */
export const GENESIS = '0'.repeat(64);

/** SHA-256 over the canonical JSON (RFC 8785) of everything but the hash itself, in hexadecimal. */
export function hashOfEntry(entry: Omit<AuditEntry, 'hash' | 'at'> & { at: Date | string }): string {
  const { position, act, outcome, actor, personId, tenantId, target, details, previousHash } = entry;
  const at = entry.at instanceof Date ? entry.at.toISOString() : entry.at;
  const content = { position, at, act, outcome, actor, personId, tenantId, target, details, previousHash };
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}
