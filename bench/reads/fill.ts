/** Rows by the number, made inside of Postgres: a fleet of tenants with their runs, change sets, decisions and events. */
import type { Pool } from 'pg';

export type Size = { tenants: number; runs: number; events: number };

/** Of the newest run of the first tenant. */
export const CHANGE_SET = `cs_${'0'.repeat(31)}1`;
export const CHANGES = 50;

const id = (prefix: string, number: string) => `'${prefix}_' || lpad(to_hex(${number}), 32, '0')`;

/** The runs of a tenant follow each other: run r belongs to tenant r % tenants, and the last round holds the newest. */
const statements = ({ tenants, runs, events }: Size): string[] => [
  `insert into project_looks (organization, project, looked_at)
   select 'org-' || o, 'Tenants', now() from generate_series(0, 9) o`,
  `insert into tenants (id, organization, project, project_id, repository_id, repository_url, pipeline_id, name,
     display_name, domain, gate, status, status_since, version, latest_run_id, observed_at, baseline_id)
   select ${id('ten', 'i')}, 'org-' || i % 10, 'Tenants', 'project', 'repository-' || i, 'https://dev.azure.com/x', 7,
     'tenant-' || i, 'Tenant ' || lpad(i::text, 7, '0'), 'tenant-' || i || '.example', 'PRESENT',
     case when i % 50 = 0 then 'NEW_ERROR' when i % 100 = 1 then 'PENDING_APPROVAL' else 'IDLE' end,
     timestamptz '2026-01-01' + i * interval '1 second', 3, ${id('run', `${runs - tenants} + i`)}, now(),
     case when i >= 10 then ${id('ten', 'i % 10')} end
   from generate_series(0, ${tenants - 1}) i`,
  `insert into sync_runs (id, tenant_id, build_id, name, status, outcome, trigger, mode, queued_at, started_at,
     completed_at, stages, requested_by, web_url, version)
   select ${id('run', 'r')}, ${id('ten', `r % ${tenants}`)}, r, '20261123.' || r,
     case when waits then 'PENDING_APPROVAL' else 'COMPLETED' end,
     case when waits then null when r % 50 = 0 then 'FAILED' else 'SUCCEEDED' end,
     case when r % 3 = 0 then 'SCHEDULED' else 'MANUAL' end, 'FULL',
     timestamptz '2026-01-01' + r * interval '1 second', timestamptz '2026-01-01' + (r + 5) * interval '1 second',
     case when waits then null else timestamptz '2026-01-01' + (r + 60) * interval '1 second' end,
     '[{"stage": "BACKUP", "state": "SUCCEEDED", "attempt": 1, "startedAt": null, "completedAt": null}]',
     '{"kind": "PERSON", "id": "t/o", "displayName": "Megan Bowen"}', 'https://dev.azure.com/x/_build/' || r, 5
   from (select r, r >= ${runs - tenants} and r % ${tenants} % 100 = 1 as waits from generate_series(0, ${runs - 1}) r)`,
  // The newest run of the first tenant has the change set that is asked for; every tenth run has one of its own.
  `insert into change_sets (id, run_id, tenant_id, digest, attempt, tenant_state_sha, desired_sha, summary)
   select ${id('cs', 'n')}, ${id('run', 'r')}, ${id('ten', `r % ${tenants}`)}, repeat('d', 64), 1, 'a', 'b',
     '{"added": 0, "changed": ${CHANGES}, "removed": 0, "applied": 0, "skipped": 0, "failed": 0}'
   from (select 1 as n, ${runs - tenants} as r union all
     select r + 2, r from generate_series(1, ${runs - 1}, 10) r) of_runs`,
  `insert into changes (id, change_set_id, position, kind, configuration_type, category, display_name, path,
     properties, diff)
   select ${id('chg', 'row_number() over ()')}, s.id, i, 'CHANGED', 'MSGraph:ConditionalAccess:Policies', 'Entra ID',
     'Policy ' || i, 'Source/Resources/Content/MSGraph/ConditionalAccess/Policies/' || lpad(i::text, 3, '0') || '.json',
     '[{"path": "state", "before": "\\"disabled\\"", "after": "\\"enabled\\"", "isSensitive": false}]',
     '-  "state": "disabled"' || chr(10) || '+  "state": "enabled"'
   from change_sets s cross join lateral
     generate_series(0, case when s.id = '${CHANGE_SET}' then ${CHANGES - 1} else 1 end) i`,
  `insert into decisions (id, run_id, approval_id, verdict, by, person_id, at, via, state)
   select replace(s.id, 'cs_', 'dec_'), s.run_id, 'approval', 'APPROVE',
     '{"kind": "PERSON", "id": "t/o", "displayName": "Megan Bowen"}', 't/o', now(), 'API', 'SETTLED'
   from change_sets s where s.id <> '${CHANGE_SET}'`,
  `insert into reverts (id, run_id, change_set_id, status, requested_by)
   select replace(s.id, 'cs_', 'rev_'), s.run_id, s.id, 'DONE',
     '{"kind": "PERSON", "id": "t/o", "displayName": "Megan Bowen"}'
   from change_sets s where s.id <> '${CHANGE_SET}'`,
  `insert into authentication_challenges (id, run_id, tenant_id, status, sealed_user_code, verification_uri, message,
     expires_at, window_ends_at)
   select replace(s.id, 'cs_', 'chl_'), s.run_id, s.tenant_id, 'EXPIRED', '', 'https://microsoft.com/devicelogin',
     'Sign in.', now(), now()
   from change_sets s where s.id <> '${CHANGE_SET}'`,
  `insert into events (position, id, tenant_id, run_id, actor, tenant, body, occurred_at)
   select p, ${id('evt', 'p')}, ${id('ten', `p % ${tenants}`)}, ${id('run', `p % ${runs}`)},
     '{"kind": "SERVICE", "id": "bench", "displayName": "bench"}',
     '{"organization": "org", "project": "Tenants", "name": "t", "displayName": "T", "domain": null, "baselineId": null, "isBaseline": false, "statusBefore": "IDLE", "statusAfter": "STARTING"}',
     '{"kind": "TENANT_STATUS_CHANGED", "previousStatus": "IDLE", "status": "STARTING", "version": 1}',
     timestamptz '2026-01-01' + p * interval '0.1 second'
   from generate_series(1, ${events}) p`,
  `update event_log set last_position = ${events}`,
];

export async function fill(pool: Pool, size: Size): Promise<void> {
  for (const statement of statements(size)) await pool.query(statement);
  await pool.query('vacuum analyze');
}
