CREATE TABLE "first_results" (
	"person_id" text,
	"key" text,
	"item" integer,
	"sealed" text NOT NULL,
	CONSTRAINT "first_results_pkey" PRIMARY KEY("person_id","key","item")
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"person_id" text,
	"key" text,
	"request_hash" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY("person_id","key")
);
--> statement-breakpoint
CREATE INDEX "idempotency_keys_by_age" ON "idempotency_keys" ("created_at");--> statement-breakpoint
ALTER TABLE "first_results" ADD CONSTRAINT "first_results_person_id_key_idempotency_keys_person_id_key_fkey" FOREIGN KEY ("person_id","key") REFERENCES "idempotency_keys"("person_id","key") ON DELETE CASCADE;