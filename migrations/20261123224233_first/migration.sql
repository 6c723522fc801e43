CREATE TABLE "project_looks" (
	"organization" text,
	"project" text,
	"watermark" text,
	"looked_at" timestamp(3) with time zone,
	"discovered_at" timestamp(3) with time zone,
	"problem" text,
	CONSTRAINT "project_looks_pkey" PRIMARY KEY("organization","project")
);
--> statement-breakpoint
CREATE TABLE "token_caches" (
	"owner" text PRIMARY KEY,
	"sealed" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "change_sets" (
	"id" text PRIMARY KEY,
	"run_id" text NOT NULL,
	"tenant_id" text NOT NULL,
	"digest" text NOT NULL,
	"attempt" integer NOT NULL,
	"tenant_state_sha" text NOT NULL,
	"desired_sha" text NOT NULL,
	"summary" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "change_sets_preview" UNIQUE("run_id","attempt","tenant_state_sha","desired_sha")
);
--> statement-breakpoint
CREATE TABLE "changes" (
	"id" text PRIMARY KEY,
	"change_set_id" text NOT NULL,
	"position" integer NOT NULL,
	"kind" text NOT NULL,
	"configuration_type" text NOT NULL,
	"category" text NOT NULL,
	"display_name" text NOT NULL,
	"path" text NOT NULL,
	"properties" jsonb NOT NULL,
	"diff" text NOT NULL,
	"result" text,
	"result_error" text
);
--> statement-breakpoint
CREATE TABLE "decisions" (
	"id" text PRIMARY KEY,
	"run_id" text NOT NULL,
	"approval_id" text NOT NULL,
	"change_set_id" text,
	"verdict" text NOT NULL,
	"by" jsonb NOT NULL,
	"person_id" text NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"comment" text,
	"digest" text,
	"via" text NOT NULL,
	"state" text NOT NULL,
	"error" text
);
--> statement-breakpoint
CREATE TABLE "reverts" (
	"id" text PRIMARY KEY,
	"run_id" text NOT NULL,
	"change_set_id" text NOT NULL,
	"status" text NOT NULL,
	"commit" text,
	"conflicting_paths" jsonb DEFAULT '[]' NOT NULL,
	"overwrite_paths" jsonb DEFAULT '[]' NOT NULL,
	"pull_request_id" integer,
	"pull_request_url" text,
	"error" text,
	"requested_by" jsonb NOT NULL,
	"comment" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "event_log" (
	"id" integer PRIMARY KEY DEFAULT 1,
	"epoch" text NOT NULL,
	"home" text NOT NULL,
	"last_position" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "event_outbox" (
	"sequence" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "event_outbox_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" text NOT NULL,
	"tenant_id" text NOT NULL,
	"run_id" text,
	"actor" jsonb NOT NULL,
	"tenant" jsonb NOT NULL,
	"body" jsonb NOT NULL,
	"occurred_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"position" bigint PRIMARY KEY,
	"id" text NOT NULL,
	"tenant_id" text NOT NULL,
	"run_id" text,
	"actor" jsonb NOT NULL,
	"tenant" jsonb NOT NULL,
	"body" jsonb NOT NULL,
	"occurred_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "authentication_challenges" (
	"id" text PRIMARY KEY,
	"run_id" text NOT NULL,
	"tenant_id" text NOT NULL,
	"status" text NOT NULL,
	"sealed_user_code" text NOT NULL,
	"verification_uri" text NOT NULL,
	"message" text NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"window_ends_at" timestamp(3) with time zone NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sync_runs" (
	"id" text PRIMARY KEY,
	"tenant_id" text NOT NULL,
	"build_id" integer,
	"name" text,
	"attempt" integer DEFAULT 1 NOT NULL,
	"status" text NOT NULL,
	"outcome" text,
	"is_superseded" boolean DEFAULT false NOT NULL,
	"canceled_by" text,
	"version" integer DEFAULT 0 NOT NULL,
	"trigger" text NOT NULL,
	"mode" text NOT NULL,
	"comment" text,
	"requested_by" jsonb,
	"queued_at" timestamp(3) with time zone NOT NULL,
	"started_at" timestamp(3) with time zone,
	"completed_at" timestamp(3) with time zone,
	"stages" jsonb DEFAULT '[]' NOT NULL,
	"error" jsonb,
	"approval" jsonb,
	"deploy_began" boolean DEFAULT false NOT NULL,
	"cancel_requested_by" jsonb,
	"cancel_requested_at" timestamp(3) with time zone,
	"revert_status" text,
	"web_url" text,
	"changed_at" text,
	"observed_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tenants" (
	"id" text PRIMARY KEY,
	"organization" text NOT NULL,
	"project" text NOT NULL,
	"project_id" text NOT NULL,
	"repository_id" text NOT NULL,
	"repository_url" text NOT NULL,
	"pipeline_id" integer NOT NULL,
	"name" text NOT NULL,
	"display_name" text NOT NULL,
	"domain" text,
	"directory_id" text,
	"authentication" text DEFAULT 'delegated' NOT NULL,
	"baseline_id" text,
	"is_backup_only" boolean DEFAULT false NOT NULL,
	"requires_approval" boolean DEFAULT true NOT NULL,
	"gate" text NOT NULL,
	"gate_check" jsonb,
	"schedule" jsonb,
	"status" text DEFAULT 'NOT_RUN' NOT NULL,
	"status_since" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 0 NOT NULL,
	"latest_run_id" text,
	"observed_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"removed_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tenants_repository" UNIQUE("organization","repository_id")
);
--> statement-breakpoint
CREATE INDEX "change_sets_by_run" ON "change_sets" ("run_id","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE UNIQUE INDEX "changes_in_order" ON "changes" ("change_set_id","position");--> statement-breakpoint
CREATE UNIQUE INDEX "decisions_one_per_person" ON "decisions" ("run_id","approval_id","person_id") WHERE state <> 'FAILED';--> statement-breakpoint
CREATE INDEX "decisions_by_run" ON "decisions" ("run_id","at");--> statement-breakpoint
CREATE UNIQUE INDEX "reverts_one_per_run" ON "reverts" ("run_id");--> statement-breakpoint
CREATE INDEX "events_by_tenant" ON "events" ("tenant_id","position");--> statement-breakpoint
CREATE INDEX "events_by_run" ON "events" ("run_id","position");--> statement-breakpoint
CREATE INDEX "events_by_time" ON "events" ("occurred_at");--> statement-breakpoint
CREATE INDEX "challenges_by_run" ON "authentication_challenges" ("run_id","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE UNIQUE INDEX "sync_runs_build" ON "sync_runs" ("tenant_id","build_id");--> statement-breakpoint
CREATE INDEX "sync_runs_by_tenant" ON "sync_runs" ("tenant_id","queued_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "sync_runs_by_queued" ON "sync_runs" ("queued_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "sync_runs_open" ON "sync_runs" ("tenant_id") WHERE status <> 'COMPLETED';--> statement-breakpoint
CREATE INDEX "tenants_by_name" ON "tenants" ("organization","project","name");--> statement-breakpoint
CREATE INDEX "tenants_by_display_name" ON "tenants" ("display_name","id");--> statement-breakpoint
CREATE INDEX "tenants_by_status" ON "tenants" ("status","display_name","id");--> statement-breakpoint
CREATE INDEX "tenants_by_status_since" ON "tenants" ("status_since","id");--> statement-breakpoint
CREATE INDEX "tenants_by_baseline" ON "tenants" ("baseline_id");--> statement-breakpoint
ALTER TABLE "change_sets" ADD CONSTRAINT "change_sets_run_id_sync_runs_id_fkey" FOREIGN KEY ("run_id") REFERENCES "sync_runs"("id");--> statement-breakpoint
ALTER TABLE "changes" ADD CONSTRAINT "changes_change_set_id_change_sets_id_fkey" FOREIGN KEY ("change_set_id") REFERENCES "change_sets"("id");--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_run_id_sync_runs_id_fkey" FOREIGN KEY ("run_id") REFERENCES "sync_runs"("id");--> statement-breakpoint
ALTER TABLE "reverts" ADD CONSTRAINT "reverts_run_id_sync_runs_id_fkey" FOREIGN KEY ("run_id") REFERENCES "sync_runs"("id");--> statement-breakpoint
ALTER TABLE "authentication_challenges" ADD CONSTRAINT "authentication_challenges_run_id_sync_runs_id_fkey" FOREIGN KEY ("run_id") REFERENCES "sync_runs"("id");--> statement-breakpoint
ALTER TABLE "sync_runs" ADD CONSTRAINT "sync_runs_tenant_id_tenants_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id");--> statement-breakpoint
ALTER TABLE "tenants" ADD CONSTRAINT "tenants_baseline_id_tenants_id_fkey" FOREIGN KEY ("baseline_id") REFERENCES "tenants"("id");