CREATE TABLE "leases" (
	"name" text PRIMARY KEY,
	"holder" text NOT NULL,
	"term" bigint DEFAULT 1 NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "project_looks" ADD COLUMN "watched_until" timestamp(3) with time zone;