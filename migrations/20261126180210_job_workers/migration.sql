CREATE TABLE "job_workers" (
	"id" text PRIMARY KEY,
	"seen_at" timestamp(3) with time zone NOT NULL
);
