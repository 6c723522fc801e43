CREATE TABLE "sign_in_flows" (
	"challenge_id" text PRIMARY KEY,
	"sealed" text NOT NULL,
	"ask_every_ms" integer NOT NULL,
	"due_at" timestamp(3) with time zone NOT NULL,
	"turn" text
);
--> statement-breakpoint
CREATE INDEX "sign_in_flows_due" ON "sign_in_flows" ("due_at");--> statement-breakpoint
ALTER TABLE "sign_in_flows" ADD CONSTRAINT "sign_in_flows_challenge_id_authentication_challenges_id_fkey" FOREIGN KEY ("challenge_id") REFERENCES "authentication_challenges"("id") ON DELETE CASCADE;