/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Why an action is not possible: the same words in the menu and in the answer to a mutation. */
export type ActionRefusalReason =
  /** The run was decided already, or by this viewer. */
  | 'ALREADY_DECIDED'
  /** The tenant is only backed up, never written to. */
  | 'BACKUP_ONLY'
  /** The run is writing to the tenant; an admin may force it. */
  | 'DEPLOYING'
  /** The time for it is over. */
  | 'EXPIRED'
  /** Whoever asked for the sync may not decide it. */
  | 'FOUR_EYES'
  /** Approval is required and Azure DevOps has no gate. */
  | 'GATE_MISSING'
  /** The tenant's policy names its approvers, and the viewer is none of them. */
  | 'NOT_AN_APPROVER'
  /** The viewer's roles do not allow it. */
  | 'NOT_PERMITTED'
  /** A revert of the repository is still going on. */
  | 'REVERT_UNFINISHED'
  /** Only runs that a person started can be cancelled; an admin may force it. */
  | 'SCHEDULED_RUN'
  /** A newer run exists, so the preview of this one is stale; an admin may force it. */
  | 'SUPERSEDED'
  /** A sync of the tenant is still open. */
  | 'SYNC_ALREADY_OPEN'
  /** Azure DevOps cannot be reached. */
  | 'UPSTREAM_UNAVAILABLE'
  /** It makes no sense in the present status. */
  | 'WRONG_STATUS';

/** What kind of somebody did something. */
export type ActorKind =
  /** A script, by the key that it uses. */
  | 'API_KEY'
  /** A script, by its application in Entra ID. */
  | 'APPLICATION'
  /** Somebody or something in Azure DevOps: a person in its portal, or a schedule. */
  | 'AZURE_DEVOPS'
  /** A person. */
  | 'PERSON'
  /** This service itself. */
  | 'SERVICE';

/** Which changes to approve. */
export type ApproveChangeSetInput = {
  /** The change set that was reviewed: a run's `changeSet`. */
  changeSetId: string;
  /** At most 2,000 characters. It is part of the record and shown in Azure DevOps. */
  comment?: string | null | undefined;
  /** The digest of what was reviewed. Another one than the present is refused. */
  digest: string;
  /** For admins: also a run that a newer one has superseded. */
  force?: boolean | null | undefined;
  /** Any text of your own, at most 200 characters, new for each new request: send the same request with it again, and what was done is not done twice. The first result is given again for 24 hours, other arguments are refused. */
  idempotencyKey?: string | null | undefined;
};

/** Which changes to approve, of several runs. */
export type ApproveChangeSetsInput = {
  /** Any text of your own, at most 200 characters, new for each new request: send the same request with it again, and what was done is not done twice. The first result is given again for 24 hours, other arguments are refused. */
  idempotencyKey?: string | null | undefined;
  /** One for each change set, at most 100. */
  items: Array<ApproveChangeSetInput>;
};

/** Which run to cancel. */
export type CancelSyncInput = {
  /** At most 2,000 characters. It is kept on record and shown in Azure DevOps. */
  comment?: string | null | undefined;
  /** For admins: also a scheduled run, and one that is writing to the tenant. */
  force?: boolean | null | undefined;
  /** Any text of your own, at most 200 characters, new for each new request: send the same request with it again, and what was done is not done twice. The first result is given again for 24 hours, other arguments are refused. */
  idempotencyKey?: string | null | undefined;
  /** The run to cancel. */
  syncRunId: string;
};

/** Who cancelled a run. */
export type CanceledBy =
  /** A person, here or in Azure DevOps. */
  | 'PERSON'
  /** Azure DevOps itself. */
  | 'SYSTEM';

/** What became of a sign-in. */
export type ChallengeStatus =
  /** The person who had the code declined. */
  | 'DECLINED'
  /** Nobody entered the code in time. */
  | 'EXPIRED'
  /** Entra refused in another way, or this service lost track of it. Restart the authentication. */
  | 'FAILED'
  /** The code can be entered now. */
  | 'OPEN'
  /** A newer code counts. */
  | 'REPLACED'
  /** Somebody signed in. */
  | 'SIGNED_IN';

/** Which changes. Each part that is given must hold. */
export type ChangeFilter = {
  /** The object is of this type, like MSGraph:ConditionalAccess:Policies. */
  configurationType?: string | null | undefined;
  /** The change is of one of these kinds. */
  kind?: Array<ChangeKind> | null | undefined;
  /** This text occurs in the display name, the path or the type, in any case. */
  search?: string | null | undefined;
};

/** What a change does to an object of the tenant. */
export type ChangeKind =
  /** The tenant does not have the object: it is created. */
  | 'ADDED'
  /** The tenant has the object with other properties: it is updated. */
  | 'CHANGED'
  /** The repository no longer has the object: it is removed from the tenant. */
  | 'REMOVED';

/** What became of a change at deploy. */
export type ChangeResultStatus =
  /** It was written to the tenant. */
  | 'APPLIED'
  /** The tenant refused it. */
  | 'FAILED'
  /** It was not written, and was not needed. */
  | 'SKIPPED';

/** Which web hook to make. */
export type CreateWebHookInput = {
  /** Begin behind this cursor; left out: with what happens from now on. */
  after?: string | null | undefined;
  /** Any text of your own, at most 200 characters, new for each new request: send the same request with it again, and what was done is not done twice. The first result is given again for 24 hours, other arguments are refused. */
  idempotencyKey?: string | null | undefined;
  /** Only events of these kinds; left out: of every kind. */
  kinds?: Array<EventKind> | null | undefined;
  /** What it is for, at most 100 characters. */
  name: string;
  /** Only events about these tenants; left out: about all. */
  tenantIds?: Array<string> | null | undefined;
  /** Where messages are posted to: https, at a public address; in the sandbox anywhere. Redirects are not followed. */
  url: string;
};

/** Where a decision was made. */
export type DecisionChannel =
  /** Through this API, by the digest of what was reviewed. */
  | 'API'
  /** In the portal of Azure DevOps, which knows no digest. */
  | 'PORTAL';

/** How far a decision has come. */
export type DecisionState =
  /** It did not count: the content had changed, or Azure DevOps refused it. It may be made again. */
  | 'FAILED'
  /** On record here; Azure DevOps does not have it yet. */
  | 'SENDING'
  /** Azure DevOps has it. */
  | 'SETTLED';

/** What was decided. */
export type DecisionVerdict =
  /** Write the changes to the tenant. */
  | 'APPROVE'
  /** Do not; the repository keeps the changes for a later sync. */
  | 'REJECT'
  /** Do not; the repository returns to the tenant's state. */
  | 'REJECT_AND_REVERT';

/** Which events. Each part that is given must hold. */
export type EventFilter = {
  /** The event is of one of these kinds. Heartbeats come all the same. */
  kinds?: Array<EventKind> | null | undefined;
  /** It is about this run. */
  syncRunId?: string | null | undefined;
  /** It is about a tenant that fits this before or after the event. */
  tenant?: TenantFilter | null | undefined;
  /** It is about one of these tenants. */
  tenantIds?: Array<string> | null | undefined;
};

/** The kinds of event, named like their types. */
export type EventKind =
  /** A run waits for somebody to sign in. */
  | 'AUTHENTICATION_REQUESTED'
  /** Somebody approved or rejected, or Azure DevOps has taken or refused the decision. */
  | 'CHANGE_SET_DECIDED'
  /** A preview listed what a run wants to change. */
  | 'CHANGE_SET_READY'
  /** A run went to deploy although approval is required and Azure DevOps has no gate. A person must look. */
  | 'GATE_MISSING'
  /** A revert ended, well or not. */
  | 'REVERT_FINISHED'
  /** A sync run began, or its status changed. */
  | 'SYNC_RUN_CHANGED'
  /** A tenant was discovered. */
  | 'TENANT_ADDED'
  /** Azure DevOps no longer has a tenant. */
  | 'TENANT_REMOVED'
  /** The status of a tenant changed. */
  | 'TENANT_STATUS_CHANGED'
  /** Nothing more is sent to a web hook, because its receiver kept failing. A person must look. */
  | 'WEB_HOOK_SWITCHED_OFF';

/** Whether Azure DevOps holds the tenant’s syncs before they write. */
export type GateState =
  /** Approval is required and Azure DevOps has no gate: syncs cannot be started. */
  | 'MISSING'
  /** Approval is not required for this tenant. */
  | 'NOT_REQUIRED'
  /** Azure DevOps asks for an approval before a sync writes. */
  | 'PRESENT';

/** Which end of an order comes first. */
export type OrderDirection =
  /** The smallest, earliest or most urgent first. */
  | 'ASC'
  /** The largest, latest or least urgent first. */
  | 'DESC';

/** The kinds of refusal, for programs. */
export type RefusalCode =
  /** The action is not possible now; `reason` says why. */
  | 'ACTION_REFUSED'
  /** The run was decided already; the decision comes with the refusal. */
  | 'ALREADY_DECIDED'
  /** Another content was reviewed than would be deployed; the present change set comes with the refusal. */
  | 'DIGEST_DIFFERS'
  /** A request with the idempotency key is being carried out at this moment. */
  | 'IDEMPOTENCY_KEY_IN_FLIGHT'
  /** The idempotency key came before with other arguments. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** A value of the input cannot be used; `field` names it. */
  | 'INVALID_INPUT'
  /** Nothing of that id exists for the viewer. */
  | 'NOT_FOUND'
  /** The tenant's newest run is still open; it comes with the refusal. */
  | 'SYNC_ALREADY_OPEN';

/** Which changes to reject. */
export type RejectChangeSetInput = {
  /** The change set that was reviewed: a run's `changeSet`. */
  changeSetId: string;
  /** At most 2,000 characters. It is part of the record and shown in Azure DevOps. */
  comment?: string | null | undefined;
  /** The digest of what was reviewed. Another one than the present is refused. */
  digest: string;
  /** Any text of your own, at most 200 characters, new for each new request: send the same request with it again, and what was done is not done twice. The first result is given again for 24 hours, other arguments are refused. */
  idempotencyKey?: string | null | undefined;
};

/** What to send again: single deliveries, or everything behind a cursor. */
export type ReplayWebHookInput = {
  /** Everything behind this cursor that the web hook asks for. */
  after?: string | null | undefined;
  /** These deliveries, at most 100. Not together with `after`. */
  deliveryIds?: Array<string> | null | undefined;
  /** Any text of your own, at most 200 characters, new for each new request: send the same request with it again, and what was done is not done twice. The first result is given again for 24 hours, other arguments are refused. */
  idempotencyKey?: string | null | undefined;
  /** Which web hook. */
  webHookId: string;
};

/** For which run to get another code. */
export type RestartAuthenticationInput = {
  /** Any text of your own, at most 200 characters, new for each new request: send the same request with it again, and what was done is not done twice. The first result is given again for 24 hours, other arguments are refused. */
  idempotencyKey?: string | null | undefined;
  /** The run that waits for a sign-in. */
  syncRunId: string;
};

/** Which revert to try again. */
export type RetryRevertInput = {
  /** Any text of your own, at most 200 characters, new for each new request: send the same request with it again, and what was done is not done twice. The first result is given again for 24 hours, other arguments are refused. */
  idempotencyKey?: string | null | undefined;
  /** Conflicting paths whose later edits may be overwritten; none when left out. */
  overwritePaths?: Array<string> | null | undefined;
  /** The run that was rejected. */
  syncRunId: string;
};

/** How far a revert has come. */
export type RevertStatus =
  /** Files were edited since the preview. Nothing was written: `conflictingPaths` names them. */
  | 'CONFLICT'
  /** The repository has the tenant's state again. */
  | 'DONE'
  /** It went wrong; `error` says how. */
  | 'FAILED'
  /** The repository had the tenant's state already. */
  | 'NOTHING_TO_DO'
  /** The pull request was abandoned. Nothing was written. */
  | 'PULL_REQUEST_ABANDONED'
  /** The branch is protected: a pull request waits to be completed. */
  | 'PULL_REQUEST_OPEN'
  /** Will begin soon. */
  | 'QUEUED'
  /** Is being written. */
  | 'RUNNING';

/** What somebody may do. Everyone with a role may read tenants, runs and change sets. */
export type Role =
  /** May do everything, and force what is otherwise refused. */
  | 'ADMIN'
  /** May also approve, reject and revert, and read logs; not start or cancel. */
  | 'APPROVER'
  /** May also start and cancel syncs, sign in for tenants, and read logs. */
  | 'OPERATOR'
  /** May read. */
  | 'VIEWER';

/** Which web hook to give a new secret. */
export type RotateWebHookSecretInput = {
  /** Any text of your own, at most 200 characters, new for each new request: send the same request with it again, and what was done is not done twice. The first result is given again for 24 hours, other arguments are refused. */
  idempotencyKey?: string | null | undefined;
  /** How long messages are signed with its present secrets too, 0 to 720 hours. */
  overlapHours?: number | null | undefined;
  /** Which web hook. */
  webHookId: string;
};

/** What a stage is doing. */
export type StageState =
  /** Was stopped. */
  | 'CANCELED'
  /** Ended badly. */
  | 'FAILED'
  /** Not begun. */
  | 'PENDING'
  /** Running. */
  | 'RUNNING'
  /** Was not needed, or not reached. */
  | 'SKIPPED'
  /** Ended well. */
  | 'SUCCEEDED'
  /** Waiting for an approval. */
  | 'WAITING';

/** Which sync to start. */
export type StartSyncInput = {
  /** At most 2,000 characters. It is kept on record and shown in Azure DevOps. */
  comment?: string | null | undefined;
  /** Any text of your own, at most 200 characters, new for each new request: send the same request with it again, and what was done is not done twice. The first result is given again for 24 hours, other arguments are refused. */
  idempotencyKey?: string | null | undefined;
  /** How far it goes; when left out FULL, and BACKUP_ONLY for a tenant that is only backed up. */
  mode?: SyncMode | null | undefined;
  /** The tenant to sync. */
  tenantId: string;
};

/** Which syncs to start. */
export type StartSyncsInput = {
  /** At most 2,000 characters. It is kept on record and shown in Azure DevOps. */
  comment?: string | null | undefined;
  /** Any text of your own, at most 200 characters, new for each new request: send the same request with it again, and what was done is not done twice. The first result is given again for 24 hours, other arguments are refused. */
  idempotencyKey?: string | null | undefined;
  /** How far it goes; when left out FULL, and BACKUP_ONLY for a tenant that is only backed up. */
  mode?: SyncMode | null | undefined;
  /** The tenants to sync, at most 100. */
  tenantIds: Array<string>;
};

/** Which web hook to switch on or off. */
export type SwitchWebHookInput = {
  /** Go on behind this cursor; left out: where it stopped, so that nothing is missed. */
  after?: string | null | undefined;
  /** Any text of your own, at most 200 characters, new for each new request: send the same request with it again, and what was done is not done twice. The first result is given again for 24 hours, other arguments are refused. */
  idempotencyKey?: string | null | undefined;
  /** Whether events are to be sent. */
  isOn: boolean;
  /** Which web hook. */
  webHookId: string;
};

/** The entries of the status menu. */
export type SyncAction =
  /** Have the changes written to the tenant: `approveChangeSet`. */
  | 'APPROVE'
  /** Sign in at `url` with the code in the run's `authentication`. */
  | 'AUTHENTICATE'
  /** Stop the run: `cancelSync`. */
  | 'CANCEL'
  /** List the run's artifacts at `url`, with the same Authorization header. */
  | 'DOWNLOAD_ARTIFACTS'
  /** Download the run's logs as a zip from `url`, with the same Authorization header. */
  | 'DOWNLOAD_LOGS'
  /** Open the run in Azure DevOps; `url` is its address. */
  | 'OPEN_IN_AZURE_DEVOPS'
  /** Keep the changes in the repository for a later sync: `rejectChangeSet`. */
  | 'REJECT'
  /** Discard the changes, so that the repository has the tenant's state again: `rejectAndRevertChangeSet`. */
  | 'REJECT_AND_REVERT'
  /** Get another code: `restartAuthentication`. */
  | 'RESTART_AUTHENTICATION'
  /** Try a revert again that failed or found conflicts: `retryRevert`. */
  | 'RETRY_REVERT'
  /** Look at the changes: the run's `changeSet`. */
  | 'REVIEW'
  /** Start a sync of the tenant: `startSync`. */
  | 'START_SYNC'
  /** Open the failed job in Azure DevOps; `url` is its address. */
  | 'VIEW_JOB';

/** How far a sync goes. */
export type SyncMode =
  /** Back up only. */
  | 'BACKUP_ONLY'
  /** Back up, preview, and write the changes when they are approved. */
  | 'FULL'
  /** Back up and list what would change; write nothing. */
  | 'PREVIEW_ONLY';

/** How a run ended. */
export type SyncRunOutcome =
  /** Nobody decided in time. Nothing was written to the tenant. */
  | 'APPROVAL_EXPIRED'
  /** Nobody signed in to the tenant in time, or the sign-in was declined. */
  | 'AUTHENTICATION_EXPIRED'
  /** A person or Azure DevOps cancelled it. */
  | 'CANCELED'
  /** It went wrong; `error` says how. */
  | 'FAILED'
  /** Some changes were not written; their results say which. */
  | 'PARTIALLY_SUCCEEDED'
  /** A person rejected its changes. Nothing was written to the tenant. */
  | 'REJECTED'
  /** Nothing needed to change, all changes were written, or the mode asked for no writing. */
  | 'SUCCEEDED'
  /** The pipeline's own time limit ended it. */
  | 'TIMED_OUT';

/** Where a run is on its way. */
export type SyncRunStatus =
  /** Asked to stop. It may still end in any outcome: whoever won the race is told. */
  | 'CANCELING'
  /** Ended; `outcome` says how. */
  | 'COMPLETED'
  /** A stage is running. */
  | 'IN_PROGRESS'
  /** Waits for a decision on its changes. Nothing was written to the tenant. */
  | 'PENDING_APPROVAL'
  /** Waits for somebody to sign in to the tenant. */
  | 'PENDING_AUTHENTICATION'
  /** Asked for; waits for an agent of Azure DevOps. */
  | 'STARTING';

/** The stages of a sync, in their order. */
export type SyncStage =
  /** Gets a credential for the tenant. */
  | 'AUTHENTICATE'
  /** Stores the tenant's configuration in the repository. */
  | 'BACKUP'
  /** Writes the changes to the tenant, behind the approval. */
  | 'DEPLOY'
  /** Lists what the repository would change in the tenant. */
  | 'PREVIEW';

/** What started a run. */
export type SyncTrigger =
  /** A person, here or in Azure DevOps. Only such runs can be cancelled. */
  | 'MANUAL'
  /** The pipeline's schedule. */
  | 'SCHEDULED'
  /** Azure DevOps gives a reason that this service does not know. */
  | 'UNKNOWN';

/** Which tenants. Each part that is given must hold. */
export type TenantFilter = {
  /** The tenant follows this baseline. */
  baselineId?: string | null | undefined;
  /** Also tenants that Azure DevOps no longer has. They are left out otherwise. */
  includeRemoved?: boolean | null | undefined;
  /** true: only baselines, which follow no other tenant; false: only tenants that follow one. */
  isBaseline?: boolean | null | undefined;
  /** The Azure DevOps organization has this name. */
  organization?: string | null | undefined;
  /** This text occurs in the name, the display name or the domain, in any case. */
  search?: string | null | undefined;
  /** The status is one of these. */
  status?: Array<TenantStatus> | null | undefined;
};

/** How tenants are ordered. Equal ones are ordered by their ids. */
export type TenantOrder = {
  /** Which end comes first. */
  direction?: OrderDirection | null | undefined;
  /** What they are ordered by. */
  field: TenantOrderField;
};

/** What tenants are ordered by. */
export type TenantOrderField =
  /** The display name. */
  | 'DISPLAY_NAME'
  /** How much the status asks for a person: sign-ins, decisions and errors come first when ascending; then the display name. */
  | 'STATUS'
  /** How long the status has been what it is: the longest first when ascending. */
  | 'STATUS_SINCE';

/** The seven words of the status column: what the tenant's newest sync says about it. */
export type TenantStatus =
  /** The last sync ended well, or its changes were rejected; none is running. */
  | 'IDLE'
  /** A sync is running, or being stopped. */
  | 'IN_PROGRESS'
  /** The last sync went wrong; the run's error says how. */
  | 'NEW_ERROR'
  /** The tenant was never synced, or every sync of it was cancelled before it wrote anything. */
  | 'NOT_RUN'
  /** A sync has listed its changes and waits for a decision. Nothing was written to the tenant. */
  | 'PENDING_APPROVAL'
  /** A sync waits for somebody to sign in to the tenant; the run's authentication has the code. */
  | 'PENDING_AUTHENTICATION'
  /** A sync was started and waits for an agent of Azure DevOps. */
  | 'STARTING';

/** What to change of a web hook. What is left out stays as it is. */
export type UpdateWebHookInput = {
  /** Any text of your own, at most 200 characters, new for each new request: send the same request with it again, and what was done is not done twice. The first result is given again for 24 hours, other arguments are refused. */
  idempotencyKey?: string | null | undefined;
  /** Only events of these kinds; null: of every kind. */
  kinds?: Array<EventKind> | null | undefined;
  /** What it is for, at most 100 characters. */
  name?: string | null | undefined;
  /** Only events about these tenants; null: about all. */
  tenantIds?: Array<string> | null | undefined;
  /** Where messages are posted to: https, at a public address; in the sandbox anywhere. Redirects are not followed. */
  url?: string | null | undefined;
  /** Which web hook. */
  webHookId: string;
};

/** Which deliveries. Each part that is given must hold. */
export type WebHookDeliveryFilter = {
  /** It has one of these statuses. */
  statuses?: Array<WebHookDeliveryStatus> | null | undefined;
  /** It is about this tenant. */
  tenantId?: string | null | undefined;
};

/** How far a delivery has come. */
export type WebHookDeliveryStatus =
  /** The receiver accepted it with a status of 200 to 299. */
  | 'DELIVERED'
  /** It is sent no more; `error` says why. */
  | 'GIVEN_UP'
  /** It is to be sent, for the first time or again. */
  | 'WAITING';

/** Which web hook. */
export type WebHookIdInput = {
  /** Any text of your own, at most 200 characters, new for each new request: send the same request with it again, and what was done is not done twice. The first result is given again for 24 hours, other arguments are refused. */
  idempotencyKey?: string | null | undefined;
  /** Which web hook. */
  webHookId: string;
};

/** Why nothing is sent to a web hook. */
export type WebHookOffReason =
  /** An admin switched it off. */
  | 'ADMIN'
  /** Events that it was not sent yet are no longer kept. */
  | 'CURSOR_EXPIRED'
  /** For 72 hours nothing that was sent was accepted. */
  | 'FAILING'
  /** The receiver answered 410: it wants nothing more. */
  | 'GONE';

export type ApproveChangeSetMutationVariables = Exact<{
  input: ApproveChangeSetInput;
}>;


export type ApproveChangeSetMutation = { approveChangeSet:
    | { __typename: 'ActionRefused', reason: ActionRefusalReason, code: RefusalCode, message: string }
    | { __typename: 'AlreadyDecided', code: RefusalCode, message: string, decision: { verdict: DecisionVerdict, at: string, by: { displayName: string } } }
    | { __typename: 'Decision', id: string, verdict: DecisionVerdict, state: DecisionState, run: { id: string, status: SyncRunStatus } }
    | { __typename: 'DigestDiffers', code: RefusalCode, message: string, changeSet: { id: string, digest: string } }
    | { __typename: 'IdempotencyKeyInFlight', code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyReused', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
   };

export type ApproveChangeSetsMutationVariables = Exact<{
  input: ApproveChangeSetsInput;
}>;


export type ApproveChangeSetsMutation = { approveChangeSets: Array<
    | { __typename: 'ActionRefused', reason: ActionRefusalReason, code: RefusalCode, message: string }
    | { __typename: 'AlreadyDecided', code: RefusalCode, message: string, decision: { verdict: DecisionVerdict, at: string, by: { displayName: string } } }
    | { __typename: 'Decision', id: string, verdict: DecisionVerdict, state: DecisionState, run: { id: string, status: SyncRunStatus } }
    | { __typename: 'DigestDiffers', code: RefusalCode, message: string, changeSet: { id: string, digest: string } }
    | { __typename: 'IdempotencyKeyInFlight', code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyReused', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
   | null> };

export type CancelSyncMutationVariables = Exact<{
  input: CancelSyncInput;
}>;


export type CancelSyncMutation = { cancelSync:
    | { __typename: 'ActionRefused', reason: ActionRefusalReason, code: RefusalCode, message: string, run: { id: string, status: SyncRunStatus, outcome: SyncRunOutcome | null } | null }
    | { __typename: 'IdempotencyKeyInFlight', code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyReused', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'SyncRun', id: string, status: SyncRunStatus }
   };

export type CreateWebHookMutationVariables = Exact<{
  input?: CreateWebHookInput | null | undefined;
}>;


export type CreateWebHookMutation = { createWebHook:
    | { __typename: 'IdempotencyKeyInFlight', code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyReused', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string, field: string }
    | { __typename: 'NewWebHook', secret: string, webHook: { id: string, name: string, url: string, cursor: string } }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
   };

export type DashboardQueryVariables = Exact<{
  filter?: TenantFilter | null | undefined;
  orderBy?: TenantOrder | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type DashboardQuery = { eventCursor: string, tenantStatusCounts: Array<{ status: TenantStatus, count: number }>, tenants: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, displayName: string, domain: string | null, organization: string, status: TenantStatus, statusLabel: string, statusSince: string, version: number, isStale: boolean, baseline: { id: string, displayName: string } | null, latestRun: { id: string, name: string | null, status: SyncRunStatus, outcome: SyncRunOutcome | null, isTerminal: boolean, error: { message: string, jobUrl: string | null } | null, authentication: { userCode: string | null, verificationUri: string, expiresAt: string } | null } | null, actions: Array<{ action: SyncAction, label: string, allowed: boolean, reason: ActionRefusalReason | null, url: string | null }> } }> } };

export type DeleteWebHookMutationVariables = Exact<{
  input: WebHookIdInput;
}>;


export type DeleteWebHookMutation = { deleteWebHook:
    | { __typename: 'IdempotencyKeyInFlight', code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyReused', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string, field: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'WebHook', id: string, name: string }
   };

export type EventHistoryQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: EventFilter | null | undefined;
}>;


export type EventHistoryQuery = { events: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ cursor: string, node:
        | { __typename: 'AuthenticationRequested', id: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string } | null }
        | { __typename: 'ChangeSetDecided', id: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string } | null }
        | { __typename: 'ChangeSetReady', id: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string } | null }
        | { __typename: 'GateMissing', id: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string } | null }
        | { __typename: 'OtherEvent', id: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string } | null }
        | { __typename: 'RevertFinished', id: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string } | null }
        | { __typename: 'SyncRunChanged', id: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string } }
        | { __typename: 'TenantAdded', id: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string } | null }
        | { __typename: 'TenantRemoved', id: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string } | null }
        | { __typename: 'TenantStatusChanged', id: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string } | null }
        | { __typename: 'WebHookSwitchedOff', id: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string } | null }
       }> } };

export type EventStreamSubscriptionVariables = Exact<{
  filter?: EventFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type EventStreamSubscription = { events:
    | { __typename: 'AuthenticationRequested', id: string, cursor: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string, status: SyncRunStatus } | null }
    | { __typename: 'ChangeSetDecided', verdict: DecisionVerdict, state: DecisionState, id: string, cursor: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string, status: SyncRunStatus } | null }
    | { __typename: 'ChangeSetReady', digest: string, id: string, cursor: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string, status: SyncRunStatus } | null }
    | { __typename: 'GateMissing', id: string, cursor: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string, status: SyncRunStatus } | null }
    | { __typename: 'Heartbeat', id: string, cursor: string, occurredAt: string }
    | { __typename: 'OtherEvent', id: string, cursor: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string, status: SyncRunStatus } | null }
    | { __typename: 'RevertFinished', commit: string | null, id: string, cursor: string, occurredAt: string, revertStatus: RevertStatus, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string, status: SyncRunStatus } | null }
    | { __typename: 'SyncRunChanged', id: string, cursor: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string, status: SyncRunStatus } }
    | { __typename: 'TenantAdded', id: string, cursor: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string, status: SyncRunStatus } | null }
    | { __typename: 'TenantRemoved', id: string, cursor: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string, status: SyncRunStatus } | null }
    | { __typename: 'TenantStatusChanged', id: string, cursor: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string, status: SyncRunStatus } | null }
    | { __typename: 'WebHookSwitchedOff', id: string, cursor: string, occurredAt: string, actor: { displayName: string }, tenant: { id: string, displayName: string }, run: { id: string, status: SyncRunStatus } | null }
   };

export type RejectAndRevertChangeSetMutationVariables = Exact<{
  input: RejectChangeSetInput;
}>;


export type RejectAndRevertChangeSetMutation = { rejectAndRevertChangeSet:
    | { __typename: 'ActionRefused', reason: ActionRefusalReason, code: RefusalCode, message: string }
    | { __typename: 'AlreadyDecided', code: RefusalCode, message: string, decision: { verdict: DecisionVerdict, at: string, by: { displayName: string } } }
    | { __typename: 'Decision', id: string, verdict: DecisionVerdict, state: DecisionState, run: { id: string, status: SyncRunStatus } }
    | { __typename: 'DigestDiffers', code: RefusalCode, message: string, changeSet: { id: string, digest: string } }
    | { __typename: 'IdempotencyKeyInFlight', code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyReused', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
   };

export type RejectChangeSetMutationVariables = Exact<{
  input: RejectChangeSetInput;
}>;


export type RejectChangeSetMutation = { rejectChangeSet:
    | { __typename: 'ActionRefused', reason: ActionRefusalReason, code: RefusalCode, message: string }
    | { __typename: 'AlreadyDecided', code: RefusalCode, message: string, decision: { verdict: DecisionVerdict, at: string, by: { displayName: string } } }
    | { __typename: 'Decision', id: string, verdict: DecisionVerdict, state: DecisionState, run: { id: string, status: SyncRunStatus } }
    | { __typename: 'DigestDiffers', code: RefusalCode, message: string, changeSet: { id: string, digest: string } }
    | { __typename: 'IdempotencyKeyInFlight', code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyReused', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
   };

export type ReplayWebHookMutationVariables = Exact<{
  input: ReplayWebHookInput;
}>;


export type ReplayWebHookMutation = { replayWebHook:
    | { __typename: 'IdempotencyKeyInFlight', code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyReused', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string, field: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'WebHook', id: string, waiting: number, cursor: string }
   };

export type RestartAuthenticationMutationVariables = Exact<{
  input: RestartAuthenticationInput;
}>;


export type RestartAuthenticationMutation = { restartAuthentication:
    | { __typename: 'ActionRefused', reason: ActionRefusalReason, code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyInFlight', code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyReused', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'SyncRun', id: string, authentication: { userCode: string | null, verificationUri: string, expiresAt: string, windowEndsAt: string } | null }
   };

export type RetryRevertMutationVariables = Exact<{
  input: RetryRevertInput;
}>;


export type RetryRevertMutation = { retryRevert:
    | { __typename: 'ActionRefused', reason: ActionRefusalReason, code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyInFlight', code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyReused', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'Revert', id: string, status: RevertStatus, conflictingPaths: Array<string> }
   };

export type ReviewChangeSetQueryVariables = Exact<{
  syncRunId: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: ChangeFilter | null | undefined;
}>;


export type ReviewChangeSetQuery = { syncRun: { id: string, status: SyncRunStatus, tenant: { id: string, displayName: string }, approval: { required: number, given: number, expiresAt: string | null, selfApprovalAllowed: boolean, missing: Array<{ displayName: string, isGroup: boolean }> } | null, decisions: Array<{ verdict: DecisionVerdict, at: string, comment: string | null, via: DecisionChannel, state: DecisionState, by: { displayName: string } }>, actions: Array<{ action: SyncAction, allowed: boolean, reason: ActionRefusalReason | null }>, changeSet: { id: string, digest: string, createdAt: string, summary: { added: number, changed: number, removed: number }, changes: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, kind: ChangeKind, configurationType: string, category: string, displayName: string, path: string, diff: string, properties: Array<{ path: string, before: string | null, after: string | null, isSensitive: boolean }>, result: { status: ChangeResultStatus | null, error: string | null } | null } }> } } | null } | null };

export type RotateWebHookSecretMutationVariables = Exact<{
  input: RotateWebHookSecretInput;
}>;


export type RotateWebHookSecretMutation = { rotateWebHookSecret:
    | { __typename: 'IdempotencyKeyInFlight', code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyReused', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string, field: string }
    | { __typename: 'NewWebHook', secret: string, webHook: { secrets: Array<{ createdAt: string, worksUntil: string | null }> } }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
   };

export type RunChangesSubscriptionVariables = Exact<{
  syncRunId: string;
  after?: string | null | undefined;
}>;


export type RunChangesSubscription = { syncRunChanged: { id: string, cursor: string, occurredAt: string, previousStatus: SyncRunStatus | null, status: SyncRunStatus, outcome: SyncRunOutcome | null, version: number, run: { id: string, status: SyncRunStatus, outcome: SyncRunOutcome | null, error: { message: string } | null } } };

export type RunDetailQueryVariables = Exact<{
  id: string;
}>;


export type RunDetailQuery = { syncRun: { id: string, name: string | null, status: SyncRunStatus, outcome: SyncRunOutcome | null, isTerminal: boolean, needsAttention: boolean, isSuperseded: boolean, canceledBy: CanceledBy | null, trigger: SyncTrigger, mode: SyncMode, comment: string | null, queuedAt: string, startedAt: string | null, completedAt: string | null, azureDevOpsUrl: string | null, logsUrl: string | null, requestedBy: { kind: ActorKind, displayName: string } | null, stages: Array<{ stage: SyncStage, state: StageState, startedAt: string | null, completedAt: string | null }>, error: { code: string, message: string, stage: SyncStage | null, jobUrl: string | null, isPartial: boolean, occurredAt: string } | null, authentication: { status: ChallengeStatus, userCode: string | null, verificationUri: string, message: string, expiresAt: string, windowEndsAt: string } | null, revert: { id: string, status: RevertStatus, commit: string | null, conflictingPaths: Array<string>, error: string | null, pullRequest: { number: number, url: string } | null } | null, actions: Array<{ action: SyncAction, label: string, allowed: boolean, reason: ActionRefusalReason | null, message: string | null, url: string | null }> } | null };

export type RunsThatNeedAttentionQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type RunsThatNeedAttentionQuery = { syncRuns: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, status: SyncRunStatus, tenant: { id: string, displayName: string }, authentication: { userCode: string | null, verificationUri: string, expiresAt: string } | null, changeSet: { id: string, digest: string, summary: { added: number, changed: number, removed: number } } | null, revert: { status: RevertStatus, conflictingPaths: Array<string> } | null } }> } };

export type StartSyncMutationVariables = Exact<{
  input: StartSyncInput;
}>;


export type StartSyncMutation = { startSync:
    | { __typename: 'ActionRefused', reason: ActionRefusalReason, code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyInFlight', code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyReused', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'SyncAlreadyOpen', code: RefusalCode, message: string, run: { id: string, status: SyncRunStatus, azureDevOpsUrl: string | null } }
    | { __typename: 'SyncRun', id: string, status: SyncRunStatus }
   };

export type StartSyncsMutationVariables = Exact<{
  input: StartSyncsInput;
}>;


export type StartSyncsMutation = { startSyncs: Array<
    | { __typename: 'ActionRefused', code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyInFlight', code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyReused', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'SyncAlreadyOpen', code: RefusalCode, message: string }
    | { __typename: 'SyncRun', id: string, status: SyncRunStatus, tenant: { id: string, displayName: string } }
   | null> };

export type StatusCountsQueryVariables = Exact<{
  filter?: TenantFilter | null | undefined;
}>;


export type StatusCountsQuery = { tenantStatusCounts: Array<{ status: TenantStatus, count: number }> };

export type SwitchWebHookMutationVariables = Exact<{
  input: SwitchWebHookInput;
}>;


export type SwitchWebHookMutation = { switchWebHook:
    | { __typename: 'IdempotencyKeyInFlight', code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyReused', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string, field: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'WebHook', id: string, isOn: boolean, waiting: number, cursor: string }
   };

export type TenantDetailQueryVariables = Exact<{
  id: string;
}>;


export type TenantDetailQuery = { tenant: { id: string, name: string, displayName: string, domain: string | null, organization: string, project: string, repositoryUrl: string, status: TenantStatus, statusLabel: string, statusSince: string, gate: GateState, isBackupOnly: boolean, requiresApproval: boolean, observedAt: string, isStale: boolean, schedule: { cron: Array<string> } | null, baseline: { id: string, displayName: string } | null, downstreamTenants: { edges: Array<{ node: { id: string, displayName: string, status: TenantStatus } }> }, actions: Array<{ action: SyncAction, label: string, allowed: boolean, reason: ActionRefusalReason | null, message: string | null, url: string | null }>, syncRuns: { totalCount: number, edges: Array<{ node: { id: string, name: string | null, status: SyncRunStatus, outcome: SyncRunOutcome | null, trigger: SyncTrigger, mode: SyncMode, comment: string | null, queuedAt: string, completedAt: string | null, requestedBy: { displayName: string } | null, error: { code: string, message: string, stage: SyncStage | null, isPartial: boolean } | null } }> } } | null };

export type TenantStatusChangesSubscriptionVariables = Exact<{
  filter?: TenantFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type TenantStatusChangesSubscription = { tenantStatusChanged: { id: string, cursor: string, occurredAt: string, previousStatus: TenantStatus, status: TenantStatus, version: number, tenant: { id: string, displayName: string, statusLabel: string }, run: { id: string, status: SyncRunStatus, outcome: SyncRunOutcome | null } | null } };

export type TestWebHookMutationVariables = Exact<{
  input: WebHookIdInput;
}>;


export type TestWebHookMutation = { testWebHook:
    | { __typename: 'IdempotencyKeyInFlight', code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyReused', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string, field: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'WebHookTest', isAccepted: boolean, responseStatus: number | null, error: string | null }
   };

export type UpdateWebHookMutationVariables = Exact<{
  input: UpdateWebHookInput;
}>;


export type UpdateWebHookMutation = { updateWebHook:
    | { __typename: 'IdempotencyKeyInFlight', code: RefusalCode, message: string }
    | { __typename: 'IdempotencyKeyReused', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string, field: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'WebHook', id: string, name: string, url: string, kinds: Array<EventKind> | null, tenantIds: Array<string> | null }
   };

export type WhoAmIQueryVariables = Exact<{ [key: string]: never; }>;


export type WhoAmIQuery = { viewer: { roles: Array<Role>, actor: { kind: ActorKind, displayName: string } } };

export type WebHookDeliveriesQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: WebHookDeliveryFilter | null | undefined;
}>;


export type WebHookDeliveriesQuery = { webHook: { name: string, deliveries: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, eventId: string, kind: EventKind, status: WebHookDeliveryStatus, attempts: number, queuedAt: string, lastTriedAt: string | null, nextTryAt: string | null, finishedAt: string | null, responseStatus: number | null, error: string | null, body: string }> } } | null };

export type WebHooksQueryVariables = Exact<{
  first?: number | null | undefined;
}>;


export type WebHooksQuery = { webHooks: Array<{ id: string, name: string, url: string, kinds: Array<EventKind> | null, tenantIds: Array<string> | null, isOn: boolean, offReason: WebHookOffReason | null, offAt: string | null, failingSince: string | null, waiting: number, cursor: string, secrets: Array<{ createdAt: string, worksUntil: string | null }>, deliveries: { nodes: Array<{ id: string, eventId: string, kind: EventKind, tenantId: string, status: WebHookDeliveryStatus, attempts: number, lastTriedAt: string | null, nextTryAt: string | null, responseStatus: number | null, error: string | null }> } }> };


export const ApproveChangeSetDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ApproveChangeSet"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ApproveChangeSetInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"approveChangeSet"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Decision"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"run"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"DigestDiffers"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"changeSet"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"digest"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"AlreadyDecided"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"decision"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"by"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ActionRefused"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Refusal"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<ApproveChangeSetMutation, ApproveChangeSetMutationVariables>;
export const ApproveChangeSetsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ApproveChangeSets"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ApproveChangeSetsInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"approveChangeSets"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Decision"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"run"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"DigestDiffers"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"changeSet"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"digest"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"AlreadyDecided"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"decision"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"by"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ActionRefused"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Refusal"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<ApproveChangeSetsMutation, ApproveChangeSetsMutationVariables>;
export const CancelSyncDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelSync"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CancelSyncInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelSync"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SyncRun"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ActionRefused"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"run"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Refusal"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<CancelSyncMutation, CancelSyncMutationVariables>;
export const CreateWebHookDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateWebHook"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateWebHookInput"}},"defaultValue":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"StringValue","value":"Sandbox","block":false}},{"kind":"ObjectField","name":{"kind":"Name","value":"url"},"value":{"kind":"StringValue","value":"http://127.0.0.1:4100/receiver","block":false}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createWebHook"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"NewWebHook"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"secret"}},{"kind":"Field","name":{"kind":"Name","value":"webHook"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Refusal"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<CreateWebHookMutation, CreateWebHookMutationVariables>;
export const DashboardDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Dashboard"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"TenantFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"TenantOrder"}},"defaultValue":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"field"},"value":{"kind":"EnumValue","value":"STATUS"}}]}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"50"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"eventCursor"}},{"kind":"Field","name":{"kind":"Name","value":"tenantStatusCounts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tenants"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"domain"}},{"kind":"Field","name":{"kind":"Name","value":"organization"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusLabel"}},{"kind":"Field","name":{"kind":"Name","value":"statusSince"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"isStale"}},{"kind":"Field","name":{"kind":"Name","value":"baseline"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"latestRun"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"isTerminal"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"jobUrl"}}]}},{"kind":"Field","name":{"kind":"Name","value":"authentication"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userCode"}},{"kind":"Field","name":{"kind":"Name","value":"verificationUri"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"actions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"action"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"url"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<DashboardQuery, DashboardQueryVariables>;
export const DeleteWebHookDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteWebHook"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"WebHookIdInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteWebHook"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WebHook"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Refusal"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<DeleteWebHookMutation, DeleteWebHookMutationVariables>;
export const EventHistoryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"EventHistory"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"50"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Cursor"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"EventFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"events"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"actor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"run"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<EventHistoryQuery, EventHistoryQueryVariables>;
export const EventStreamDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"EventStream"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"EventFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Cursor"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"events"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TenantEvent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"actor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"run"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ChangeSetReady"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"digest"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ChangeSetDecided"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RevertFinished"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"revertStatus"},"name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"commit"}}]}}]}}]}}]} as unknown as DocumentNode<EventStreamSubscription, EventStreamSubscriptionVariables>;
export const RejectAndRevertChangeSetDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RejectAndRevertChangeSet"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RejectChangeSetInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rejectAndRevertChangeSet"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Decision"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"run"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"DigestDiffers"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"changeSet"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"digest"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"AlreadyDecided"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"decision"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"by"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ActionRefused"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Refusal"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<RejectAndRevertChangeSetMutation, RejectAndRevertChangeSetMutationVariables>;
export const RejectChangeSetDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RejectChangeSet"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RejectChangeSetInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rejectChangeSet"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Decision"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"run"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"DigestDiffers"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"changeSet"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"digest"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"AlreadyDecided"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"decision"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"by"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ActionRefused"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Refusal"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<RejectChangeSetMutation, RejectChangeSetMutationVariables>;
export const ReplayWebHookDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReplayWebHook"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ReplayWebHookInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayWebHook"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WebHook"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Refusal"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<ReplayWebHookMutation, ReplayWebHookMutationVariables>;
export const RestartAuthenticationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RestartAuthentication"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RestartAuthenticationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"restartAuthentication"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SyncRun"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"authentication"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userCode"}},{"kind":"Field","name":{"kind":"Name","value":"verificationUri"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"windowEndsAt"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ActionRefused"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Refusal"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<RestartAuthenticationMutation, RestartAuthenticationMutationVariables>;
export const RetryRevertDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RetryRevert"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RetryRevertInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retryRevert"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Revert"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"conflictingPaths"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ActionRefused"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Refusal"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<RetryRevertMutation, RetryRevertMutationVariables>;
export const ReviewChangeSetDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ReviewChangeSet"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"syncRunId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"50"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ChangeFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"syncRun"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"syncRunId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"approval"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"required"}},{"kind":"Field","name":{"kind":"Name","value":"given"}},{"kind":"Field","name":{"kind":"Name","value":"missing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"isGroup"}}]}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"selfApprovalAllowed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"decisions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"by"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"comment"}},{"kind":"Field","name":{"kind":"Name","value":"via"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}},{"kind":"Field","name":{"kind":"Name","value":"actions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"action"}},{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"changeSet"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"digest"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"summary"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"added"}},{"kind":"Field","name":{"kind":"Name","value":"changed"}},{"kind":"Field","name":{"kind":"Name","value":"removed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"changes"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"configurationType"}},{"kind":"Field","name":{"kind":"Name","value":"category"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"properties"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"before"}},{"kind":"Field","name":{"kind":"Name","value":"after"}},{"kind":"Field","name":{"kind":"Name","value":"isSensitive"}}]}},{"kind":"Field","name":{"kind":"Name","value":"diff"}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"error"}}]}}]}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<ReviewChangeSetQuery, ReviewChangeSetQueryVariables>;
export const RotateWebHookSecretDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RotateWebHookSecret"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RotateWebHookSecretInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rotateWebHookSecret"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"NewWebHook"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"secret"}},{"kind":"Field","name":{"kind":"Name","value":"webHook"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"secrets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"worksUntil"}}]}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Refusal"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<RotateWebHookSecretMutation, RotateWebHookSecretMutationVariables>;
export const RunChangesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"RunChanges"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"syncRunId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Cursor"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"syncRunChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"syncRunId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"syncRunId"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"previousStatus"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"run"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]}}]} as unknown as DocumentNode<RunChangesSubscription, RunChangesSubscriptionVariables>;
export const RunDetailDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"RunDetail"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"syncRun"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"isTerminal"}},{"kind":"Field","name":{"kind":"Name","value":"needsAttention"}},{"kind":"Field","name":{"kind":"Name","value":"isSuperseded"}},{"kind":"Field","name":{"kind":"Name","value":"canceledBy"}},{"kind":"Field","name":{"kind":"Name","value":"trigger"}},{"kind":"Field","name":{"kind":"Name","value":"mode"}},{"kind":"Field","name":{"kind":"Name","value":"comment"}},{"kind":"Field","name":{"kind":"Name","value":"requestedBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"queuedAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"completedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stages"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stage"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"completedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"stage"}},{"kind":"Field","name":{"kind":"Name","value":"jobUrl"}},{"kind":"Field","name":{"kind":"Name","value":"isPartial"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"authentication"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"userCode"}},{"kind":"Field","name":{"kind":"Name","value":"verificationUri"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"windowEndsAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"revert"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"commit"}},{"kind":"Field","name":{"kind":"Name","value":"conflictingPaths"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"pullRequest"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"url"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"azureDevOpsUrl"}},{"kind":"Field","name":{"kind":"Name","value":"logsUrl"}},{"kind":"Field","name":{"kind":"Name","value":"actions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"action"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"url"}}]}}]}}]}}]} as unknown as DocumentNode<RunDetailQuery, RunDetailQueryVariables>;
export const RunsThatNeedAttentionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"RunsThatNeedAttention"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"50"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"syncRuns"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"needsAttention"},"value":{"kind":"BooleanValue","value":true}}]}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"authentication"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userCode"}},{"kind":"Field","name":{"kind":"Name","value":"verificationUri"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"changeSet"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"digest"}},{"kind":"Field","name":{"kind":"Name","value":"summary"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"added"}},{"kind":"Field","name":{"kind":"Name","value":"changed"}},{"kind":"Field","name":{"kind":"Name","value":"removed"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"revert"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"conflictingPaths"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<RunsThatNeedAttentionQuery, RunsThatNeedAttentionQueryVariables>;
export const StartSyncDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"StartSync"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"StartSyncInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"startSync"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SyncRun"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SyncAlreadyOpen"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"run"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"azureDevOpsUrl"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ActionRefused"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Refusal"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<StartSyncMutation, StartSyncMutationVariables>;
export const StartSyncsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"StartSyncs"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"StartSyncsInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"startSyncs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SyncRun"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Refusal"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<StartSyncsMutation, StartSyncsMutationVariables>;
export const StatusCountsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"StatusCounts"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"TenantFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantStatusCounts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}}]}}]} as unknown as DocumentNode<StatusCountsQuery, StatusCountsQueryVariables>;
export const SwitchWebHookDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SwitchWebHook"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SwitchWebHookInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"switchWebHook"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WebHook"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"isOn"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Refusal"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<SwitchWebHookMutation, SwitchWebHookMutationVariables>;
export const TenantDetailDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"TenantDetail"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenant"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"domain"}},{"kind":"Field","name":{"kind":"Name","value":"organization"}},{"kind":"Field","name":{"kind":"Name","value":"project"}},{"kind":"Field","name":{"kind":"Name","value":"repositoryUrl"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusLabel"}},{"kind":"Field","name":{"kind":"Name","value":"statusSince"}},{"kind":"Field","name":{"kind":"Name","value":"gate"}},{"kind":"Field","name":{"kind":"Name","value":"isBackupOnly"}},{"kind":"Field","name":{"kind":"Name","value":"requiresApproval"}},{"kind":"Field","name":{"kind":"Name","value":"schedule"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cron"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}},{"kind":"Field","name":{"kind":"Name","value":"isStale"}},{"kind":"Field","name":{"kind":"Name","value":"baseline"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"downstreamTenants"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"20"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"actions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"action"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"url"}}]}},{"kind":"Field","name":{"kind":"Name","value":"syncRuns"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"10"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"trigger"}},{"kind":"Field","name":{"kind":"Name","value":"mode"}},{"kind":"Field","name":{"kind":"Name","value":"comment"}},{"kind":"Field","name":{"kind":"Name","value":"requestedBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"queuedAt"}},{"kind":"Field","name":{"kind":"Name","value":"completedAt"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"stage"}},{"kind":"Field","name":{"kind":"Name","value":"isPartial"}}]}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<TenantDetailQuery, TenantDetailQueryVariables>;
export const TenantStatusChangesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"TenantStatusChanges"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"TenantFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Cursor"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantStatusChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"previousStatus"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"statusLabel"}}]}},{"kind":"Field","name":{"kind":"Name","value":"run"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}}]}}]}}]}}]} as unknown as DocumentNode<TenantStatusChangesSubscription, TenantStatusChangesSubscriptionVariables>;
export const TestWebHookDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"TestWebHook"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"WebHookIdInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"testWebHook"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WebHookTest"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"isAccepted"}},{"kind":"Field","name":{"kind":"Name","value":"responseStatus"}},{"kind":"Field","name":{"kind":"Name","value":"error"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Refusal"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<TestWebHookMutation, TestWebHookMutationVariables>;
export const UpdateWebHookDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateWebHook"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateWebHookInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateWebHook"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WebHook"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"kinds"}},{"kind":"Field","name":{"kind":"Name","value":"tenantIds"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Refusal"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<UpdateWebHookMutation, UpdateWebHookMutationVariables>;
export const WhoAmIDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"WhoAmI"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"actor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"roles"}}]}}]}}]} as unknown as DocumentNode<WhoAmIQuery, WhoAmIQueryVariables>;
export const WebHookDeliveriesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"WebHookDeliveries"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"50"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"WebHookDeliveryFilter"}},"defaultValue":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"statuses"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"WAITING"},{"kind":"EnumValue","value":"GIVEN_UP"}]}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"webHook"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"deliveries"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"eventId"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"queuedAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastTriedAt"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"responseStatus"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"body"}}]}}]}}]}}]}}]} as unknown as DocumentNode<WebHookDeliveriesQuery, WebHookDeliveriesQueryVariables>;
export const WebHooksDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"WebHooks"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"20"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"webHooks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"kinds"}},{"kind":"Field","name":{"kind":"Name","value":"tenantIds"}},{"kind":"Field","name":{"kind":"Name","value":"isOn"}},{"kind":"Field","name":{"kind":"Name","value":"offReason"}},{"kind":"Field","name":{"kind":"Name","value":"offAt"}},{"kind":"Field","name":{"kind":"Name","value":"failingSince"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"secrets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"worksUntil"}}]}},{"kind":"Field","name":{"kind":"Name","value":"deliveries"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"eventId"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"tenantId"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"lastTriedAt"}},{"kind":"Field","name":{"kind":"Name","value":"nextTryAt"}},{"kind":"Field","name":{"kind":"Name","value":"responseStatus"}},{"kind":"Field","name":{"kind":"Name","value":"error"}}]}}]}}]}}]}}]} as unknown as DocumentNode<WebHooksQuery, WebHooksQueryVariables>;