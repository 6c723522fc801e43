CREATE TABLE "digest_keys" (
	"tenant_id" text PRIMARY KEY,
	"sealed" text NOT NULL
);
