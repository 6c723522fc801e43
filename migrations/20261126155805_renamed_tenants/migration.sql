ALTER TABLE "tenants" ADD COLUMN "environment_id" integer;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "service_connection" text;