CREATE TABLE "change_set_drafts" (
	"id" text PRIMARY KEY,
	"started_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "changes" DROP CONSTRAINT "changes_change_set_id_change_sets_id_fkey";