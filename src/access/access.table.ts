import {
  bigint,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { moment } from '../database/columns.ts';
import type { Actor } from '../events/actor.ts';
import type { GrantId, KeyId, TenantId } from '../lib/ids.ts';
import { AUDIT_ACTS, AUDIT_OUTCOMES, type AuditDetails } from './audit-entry.ts';
import { ROLES } from './permissions.ts';

/** A key's identity: it stays the same when its secret is rotated, so its decisions go on counting as its own. */
export const apiKeys = pgTable('api_keys', {
  id: text().$type<KeyId>().primaryKey(),
  name: text().notNull(),
  /** `tid/oid`: the key is a person's own and counts as the person. null: a script's. */
  personId: text('person_id'),
  createdBy: jsonb('created_by').$type<Actor>().notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
  revokedAt: moment('revoked_at'),
});

/**
 * What opens it, as a hash. A plain SHA-256 is enough: the secret is 256 random bits, so there is nothing to guess
 * that a slow hash would make slower, and every request is spared its cost.
 */
export const apiKeySecrets = pgTable(
  'api_key_secrets',
  {
    sha256: text().primaryKey(),
    keyId: text('key_id')
      .$type<KeyId>()
      .notNull()
      .references(() => apiKeys.id),
    /** Its first letters, to recognise it by. */
    prefix: text().notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    expiresAt: moment('expires_at').notNull(),
    lastUsedAt: moment('last_used_at'),
  },
  (t) => [index('api_key_secrets_by_key').on(t.keyId)],
);

export const roleGrants = pgTable(
  'role_grants',
  {
    id: text().$type<GrantId>().primaryKey(),
    /** `key/key_…`, `person/tid/oid`, `application/tid/oid` or `group/tid/group`. */
    subject: text().notNull(),
    role: text({ enum: ROLES }).notNull(),
    /** null: for the whole fleet. */
    tenantId: text('tenant_id').$type<TenantId>(),
    grantedBy: jsonb('granted_by').$type<Actor>().notNull(),
    grantedAt: moment('granted_at').notNull().defaultNow(),
  },
  (t) => [unique('role_grants_once').on(t.subject, t.role, t.tenantId).nullsNotDistinct()],
);

/** One row, whose version rises with every change of keys and grants: open streams are checked when it does. */
export const rights = pgTable('rights', {
  id: integer().primaryKey().default(1),
  version: bigint({ mode: 'number' }).notNull().default(0),
});

/** Append-only: a trigger refuses everything else. Each row carries the hash of the one before it. */
export const auditLog = pgTable(
  'audit_log',
  {
    position: bigint({ mode: 'number' }).primaryKey(),
    at: moment('at').notNull(),
    act: text({ enum: AUDIT_ACTS }).notNull(),
    outcome: text({ enum: AUDIT_OUTCOMES }).notNull(),
    actor: jsonb().$type<Actor>().notNull(),
    personId: text('person_id').notNull(),
    tenantId: text('tenant_id').$type<TenantId>(),
    /** What it was done to: an id. */
    target: text(),
    details: jsonb().$type<AuditDetails>().notNull(),
    previousHash: text('previous_hash').notNull(),
    hash: text().notNull(),
  },
  (t) => [
    index('audit_log_by_tenant').on(t.tenantId, t.position),
    index('audit_log_by_person').on(t.personId, t.position),
    index('audit_log_by_act').on(t.act, t.position),
    index('audit_log_by_time').on(t.at, t.position),
  ],
);

/** One row: the end of the chain. Its lock is what lets one writer append at a time. */
export const auditHead = pgTable('audit_head', {
  id: integer().primaryKey().default(1),
  position: bigint({ mode: 'number' }).notNull(),
  hash: text().notNull(),
});

/** Keys that callers sent with mutations, each their own: to which arguments they belong. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    personId: text('person_id').notNull(),
    key: text().notNull(),
    requestHash: text('request_hash').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.personId, t.key] }), index('idempotency_keys_by_age').on(t.createdAt)],
);

/** What was done under a key: a row for each item of a bulk request. Sealed, because a new key's secret may be in it. */
export const firstResults = pgTable(
  'first_results',
  {
    personId: text('person_id').notNull(),
    key: text().notNull(),
    item: integer().notNull(),
    sealed: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.personId, t.key, t.item] }),
    foreignKey({
      columns: [t.personId, t.key],
      foreignColumns: [idempotencyKeys.personId, idempotencyKeys.key],
    }).onDelete('cascade'),
  ],
);
