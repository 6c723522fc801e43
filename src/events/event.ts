import type { ChallengeId, ChangeSetId, EventId, RevertId, RunId, TenantId, WebHookId } from '../lib/ids.ts';
import type { Actor } from './actor.ts';

/**
 * Everything the log can tell, by kind. Status words are the public ones; they stand here as texts because the
 * nouns that own them come later in the import order.
 */
export type EventBody =
  | { kind: 'TENANT_STATUS_CHANGED'; previousStatus: string; status: string; version: number }
  | {
      kind: 'SYNC_RUN_CHANGED';
      previousStatus: string | null;
      status: string;
      outcome: string | null;
      version: number;
    }
  | { kind: 'AUTHENTICATION_REQUESTED'; challengeId: ChallengeId; expiresAt: string }
  | { kind: 'CHANGE_SET_READY'; changeSetId: ChangeSetId; digest: string }
  | {
      kind: 'CHANGE_SET_DECIDED';
      changeSetId: ChangeSetId | null;
      verdict: string;
      state: string;
      digest: string | null;
    }
  | { kind: 'REVERT_FINISHED'; revertId: RevertId; status: string; commit: string | null }
  | { kind: 'GATE_MISSING' }
  | { kind: 'TENANT_ADDED' }
  | { kind: 'TENANT_REMOVED' }
  | { kind: 'WEB_HOOK_SWITCHED_OFF'; webHookId: WebHookId; reason: string };
export type EventKind = EventBody['kind'];

/** What filters on tenants match against, as it was when the event was written. */
export type TenantFacts = {
  organization: string;
  project: string;
  name: string;
  displayName: string;
  domain: string | null;
  baselineId: TenantId | null;
  isBaseline: boolean;
  /** Before and after the event; equal when it did not change the status. */
  statusBefore: string;
  statusAfter: string;
};

/** An event on its way into the log. */
export type NewEvent = {
  tenantId: TenantId;
  runId: RunId | null;
  actor: Actor;
  tenant: TenantFacts;
  body: EventBody;
};

/** An event in the log. `position` rises by one without a gap, in an order in which every commit could have happened. */
export type LoggedEvent = NewEvent & { id: EventId; position: bigint; occurredAt: Date };
