import { type AnyPgColumn, boolean, index, integer, jsonb, pgTable, text, unique } from 'drizzle-orm/pg-core';
import { moment } from '../database/columns.ts';
import type { Gate } from '../azure-devops/port.ts';
import type { RunId, TenantId } from '../lib/ids.ts';
import { type Column, sql } from 'drizzle-orm';
import {
  GATE_STATES,
  type SyncSchedule,
  TENANT_AUTHENTICATIONS,
  TENANT_STATUSES,
  URGENCY,
} from './tenant.ts';

/** Written out, not as parameters: an index on it must have the same text. */
export const urgencyOf = (status: Column) =>
  sql`(case ${status} ${sql.raw(
    Object.entries(URGENCY)
      .map(([name, urgency]) => `when '${name}' then ${urgency}`)
      .join(' '),
  )} end)`;

export const tenants = pgTable(
  'tenants',
  {
    id: text().$type<TenantId>().primaryKey(),
    organization: text().notNull(),
    project: text().notNull(),
    projectId: text('project_id').notNull(),
    repositoryId: text('repository_id').notNull(),
    repositoryUrl: text('repository_url').notNull(),
    pipelineId: integer('pipeline_id').notNull(),
    environmentId: integer('environment_id'),
    serviceConnection: text('service_connection'),
    name: text().notNull(),
    displayName: text('display_name').notNull(),
    domain: text(),
    directoryId: text('directory_id'),
    authentication: text({ enum: TENANT_AUTHENTICATIONS }).notNull().default('delegated'),
    baselineId: text('baseline_id')
      .$type<TenantId>()
      .references((): AnyPgColumn => tenants.id),
    baselineRepository: text('baseline_repository'),
    isBackupOnly: boolean('is_backup_only').notNull().default(false),
    requiresApproval: boolean('requires_approval').notNull().default(true),
    fourEyes: boolean('four_eyes').notNull().default(false),
    approvers: jsonb().$type<readonly string[]>().notNull().default([]),
    gate: text({ enum: GATE_STATES }).notNull(),
    gateCheck: jsonb('gate_check').$type<Gate>(),
    schedule: jsonb().$type<SyncSchedule>(),
    status: text({ enum: TENANT_STATUSES }).notNull().default('NOT_RUN'),
    statusSince: moment('status_since').notNull().defaultNow(),
    version: integer().notNull().default(0),
    latestRunId: text('latest_run_id').$type<RunId>(),
    observedAt: moment('observed_at').notNull().defaultNow(),
    removedAt: moment('removed_at'),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (t) => [
    unique('tenants_repository').on(t.organization, t.repositoryId),
    index('tenants_by_name').on(t.organization, t.project, t.name),
    index('tenants_by_display_name').on(t.displayName, t.id),
    index('tenants_by_status').on(t.status, t.displayName, t.id),
    index('tenants_by_status_since').on(t.statusSince, t.id),
    index('tenants_by_urgency').on(urgencyOf(t.status), t.displayName, t.id),
    index('tenants_by_organization').on(t.organization, t.displayName, t.id),
    index('tenants_by_baseline').on(t.baselineId, t.displayName, t.id),
  ],
);
