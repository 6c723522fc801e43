DROP INDEX "change_sets_by_run";--> statement-breakpoint
CREATE INDEX "change_sets_by_run" ON "change_sets" ("run_id","created_at");--> statement-breakpoint
DROP INDEX "challenges_by_run";--> statement-breakpoint
CREATE INDEX "challenges_by_run" ON "authentication_challenges" ("run_id","created_at");--> statement-breakpoint
DROP INDEX "sync_runs_by_tenant";--> statement-breakpoint
CREATE INDEX "sync_runs_by_tenant" ON "sync_runs" ("tenant_id","queued_at","id");--> statement-breakpoint
DROP INDEX "sync_runs_by_queued";--> statement-breakpoint
CREATE INDEX "sync_runs_by_queued" ON "sync_runs" ("queued_at","id");--> statement-breakpoint
DROP INDEX "tenants_by_baseline";--> statement-breakpoint
CREATE INDEX "tenants_by_baseline" ON "tenants" ("baseline_id","display_name","id");--> statement-breakpoint
CREATE INDEX "audit_log_by_person" ON "audit_log" ("person_id","position");--> statement-breakpoint
CREATE INDEX "audit_log_by_act" ON "audit_log" ("act","position");--> statement-breakpoint
CREATE INDEX "audit_log_by_time" ON "audit_log" ("at","position");--> statement-breakpoint
CREATE INDEX "sync_runs_by_status" ON "sync_runs" ("status","queued_at","id");--> statement-breakpoint
CREATE INDEX "sync_runs_by_outcome" ON "sync_runs" ("outcome","queued_at","id");--> statement-breakpoint
CREATE INDEX "sync_runs_by_trigger" ON "sync_runs" ("trigger","queued_at","id");--> statement-breakpoint
CREATE INDEX "sync_runs_that_need_attention" ON "sync_runs" ("queued_at","id") WHERE ("status" in ('PENDING_AUTHENTICATION', 'PENDING_APPROVAL') or coalesce("revert_status" in ('CONFLICT', 'FAILED', 'PULL_REQUEST_ABANDONED'), false));--> statement-breakpoint
CREATE INDEX "sync_runs_with_revert" ON "sync_runs" ("tenant_id","revert_status") WHERE revert_status is not null;--> statement-breakpoint
CREATE INDEX "tenants_by_urgency" ON "tenants" ((case "status" when 'PENDING_AUTHENTICATION' then 0 when 'PENDING_APPROVAL' then 1 when 'NEW_ERROR' then 2 when 'IN_PROGRESS' then 3 when 'STARTING' then 4 when 'NOT_RUN' then 5 when 'IDLE' then 6 end),"display_name","id");--> statement-breakpoint
CREATE INDEX "tenants_by_organization" ON "tenants" ("organization","display_name","id");--> statement-breakpoint
-- Finds a text anywhere in a name. Without the right to add an extension, or where none is to be had, searching reads every tenant.
DO $$
BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX "tenants_by_text" ON "tenants" USING gin ("name" gin_trgm_ops, "display_name" gin_trgm_ops, "domain" gin_trgm_ops);
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR undefined_object THEN
  RAISE NOTICE 'There is no index for searching tenants by text: %', SQLERRM;
END
$$;
