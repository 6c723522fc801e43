CREATE TABLE "web_hook_deliveries" (
	"id" text PRIMARY KEY,
	"web_hook_id" text NOT NULL,
	"event_id" text NOT NULL,
	"tenant_id" text NOT NULL,
	"run_id" text,
	"kind" text NOT NULL,
	"position" bigint NOT NULL,
	"body" text NOT NULL,
	"status" text DEFAULT 'WAITING' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"queued_at" timestamp(3) with time zone NOT NULL,
	"first_tried_at" timestamp(3) with time zone,
	"last_tried_at" timestamp(3) with time zone,
	"next_try_at" timestamp(3) with time zone,
	"finished_at" timestamp(3) with time zone,
	"response_status" integer,
	"error" text,
	CONSTRAINT "web_hook_deliveries_once" UNIQUE("web_hook_id","event_id")
);
--> statement-breakpoint
CREATE TABLE "web_hook_lanes" (
	"web_hook_id" text,
	"tenant_id" text,
	"due_at" timestamp(3) with time zone,
	"lease" text,
	"leased_until" timestamp(3) with time zone,
	CONSTRAINT "web_hook_lanes_pkey" PRIMARY KEY("web_hook_id","tenant_id")
);
--> statement-breakpoint
CREATE TABLE "web_hook_secrets" (
	"id" text PRIMARY KEY,
	"web_hook_id" text NOT NULL,
	"sealed" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"works_until" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "web_hooks" (
	"id" text PRIMARY KEY,
	"name" text NOT NULL,
	"url" text NOT NULL,
	"kinds" jsonb,
	"tenant_ids" jsonb,
	"is_on" boolean DEFAULT true NOT NULL,
	"off_reason" text,
	"off_at" timestamp(3) with time zone,
	"failures" integer DEFAULT 0 NOT NULL,
	"failing_since" timestamp(3) with time zone,
	"rest_until" timestamp(3) with time zone,
	"epoch" text NOT NULL,
	"position" bigint NOT NULL,
	"created_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "web_hook_deliveries_waiting" ON "web_hook_deliveries" ("web_hook_id","tenant_id","position") WHERE status = 'WAITING';--> statement-breakpoint
CREATE INDEX "web_hook_deliveries_by_hook" ON "web_hook_deliveries" ("web_hook_id","position");--> statement-breakpoint
CREATE INDEX "web_hook_deliveries_finished" ON "web_hook_deliveries" ("finished_at");--> statement-breakpoint
CREATE INDEX "web_hook_lanes_due" ON "web_hook_lanes" ("due_at") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "web_hook_secrets_by_hook" ON "web_hook_secrets" ("web_hook_id");--> statement-breakpoint
ALTER TABLE "web_hook_deliveries" ADD CONSTRAINT "web_hook_deliveries_web_hook_id_web_hooks_id_fkey" FOREIGN KEY ("web_hook_id") REFERENCES "web_hooks"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "web_hook_lanes" ADD CONSTRAINT "web_hook_lanes_web_hook_id_web_hooks_id_fkey" FOREIGN KEY ("web_hook_id") REFERENCES "web_hooks"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "web_hook_secrets" ADD CONSTRAINT "web_hook_secrets_web_hook_id_web_hooks_id_fkey" FOREIGN KEY ("web_hook_id") REFERENCES "web_hooks"("id") ON DELETE CASCADE;