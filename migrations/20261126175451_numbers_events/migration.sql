-- Cluster, database, and the cluster's timeline: see src/events/log-head.ts.
CREATE FUNCTION "event_log_home"() RETURNS text LANGUAGE sql AS $$
  select (select system_identifier from pg_control_system())
    || '/' || (select oid from pg_database where datname = current_database())
    || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
$$;--> statement-breakpoint
-- Called by src/events/number-events.ts. A function, because Postgres keeps the plans of its statements: planning them
-- took as long as running them. Each statement in it has a snapshot of its own, and the second one's is younger than
-- the lock. In an epoch that was made elsewhere nothing is numbered. It answers one row without an event when there
-- is none to number, and no row when the log never began.
CREATE FUNCTION "number_events"(most integer) RETURNS TABLE (
  epoch text, last_position bigint, is_home boolean,
  "position" bigint, id text, tenant_id text, run_id text,
  actor jsonb, tenant jsonb, body jsonb, occurred_at timestamptz
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
declare
  log event_log;
  here boolean;
begin
  select * into log from event_log for update;
  if not found then return; end if;
  here := log.home = event_log_home();
  return query
  -- An array, not a join: whatever Postgres knows of the table's size, it finds these rows by their key.
  with moved as (
    delete from event_outbox where sequence = any (array(
      select sequence from event_outbox order by sequence limit case when here then most else 0 end
    )) returning *
  ),
  numbered as (
    insert into events (position, id, tenant_id, run_id, actor, tenant, body, occurred_at)
    select log.last_position + row_number() over (order by sequence),
      id, tenant_id, run_id, actor, tenant, body, occurred_at
    from moved
    returning *
  ),
  advanced as (
    update event_log set last_position = log.last_position + (select count(*) from numbered)
    where exists (select from numbered)
  )
  select log.epoch, log.last_position, here, position, id, tenant_id, run_id, actor, tenant, body, occurred_at
  from (select) always left join numbered on true
  order by position;
end
$$;
