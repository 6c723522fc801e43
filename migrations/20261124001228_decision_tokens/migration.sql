CREATE TABLE "decision_tokens" (
	"decision_id" text PRIMARY KEY,
	"sealed" text NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "decision_tokens" ADD CONSTRAINT "decision_tokens_decision_id_decisions_id_fkey" FOREIGN KEY ("decision_id") REFERENCES "decisions"("id");