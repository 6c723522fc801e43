CREATE TABLE "api_key_secrets" (
	"sha256" text PRIMARY KEY,
	"key_id" text NOT NULL,
	"prefix" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"last_used_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY,
	"name" text NOT NULL,
	"person_id" text,
	"created_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"revoked_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "audit_head" (
	"id" integer PRIMARY KEY DEFAULT 1,
	"position" bigint NOT NULL,
	"hash" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"position" bigint PRIMARY KEY,
	"at" timestamp(3) with time zone NOT NULL,
	"act" text NOT NULL,
	"outcome" text NOT NULL,
	"actor" jsonb NOT NULL,
	"person_id" text NOT NULL,
	"tenant_id" text,
	"target" text,
	"details" jsonb NOT NULL,
	"previous_hash" text NOT NULL,
	"hash" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rights" (
	"id" integer PRIMARY KEY DEFAULT 1,
	"version" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "role_grants" (
	"id" text PRIMARY KEY,
	"subject" text NOT NULL,
	"role" text NOT NULL,
	"tenant_id" text,
	"granted_by" jsonb NOT NULL,
	"granted_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "role_grants_once" UNIQUE NULLS NOT DISTINCT("subject","role","tenant_id")
);
--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "four_eyes" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "api_key_secrets_by_key" ON "api_key_secrets" ("key_id");--> statement-breakpoint
CREATE INDEX "audit_log_by_tenant" ON "audit_log" ("tenant_id","position");--> statement-breakpoint
ALTER TABLE "api_key_secrets" ADD CONSTRAINT "api_key_secrets_key_id_api_keys_id_fkey" FOREIGN KEY ("key_id") REFERENCES "api_keys"("id");--> statement-breakpoint
INSERT INTO "rights" ("id", "version") VALUES (1, 0);--> statement-breakpoint
INSERT INTO "audit_head" ("id", "position", "hash") VALUES (1, 0, repeat('0', 64));--> statement-breakpoint
CREATE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'The audit log is append-only: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;--> statement-breakpoint
CREATE TRIGGER "audit_log_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_log"
	FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();--> statement-breakpoint
CREATE TRIGGER "audit_head_stays" BEFORE DELETE OR TRUNCATE ON "audit_head"
	FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();
