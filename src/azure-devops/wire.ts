/**
 * The shapes on the wire, as much of them as is read. Azure's enum words stay plain text here: what a word means, and
 * what an unknown one means, is decided where it is read.
 */
import { z } from 'zod';

const text = z.string().nullish();

export const wireIdentity = z.object({
  id: z.string(),
  displayName: text,
  uniqueName: text,
  isContainer: z.boolean().nullish(),
});
export type WireIdentity = z.infer<typeof wireIdentity>;

export const wireBuild = z.object({
  id: z.number(),
  buildNumber: text,
  status: text,
  result: text,
  reason: text,
  definition: z.object({ id: z.number() }),
  project: z.object({ id: z.string() }).nullish(),
  queueTime: text,
  startTime: text,
  finishTime: text,
  lastChangedDate: text,
  lastChangedBy: wireIdentity.nullish(),
  requestedFor: wireIdentity.nullish(),
  templateParameters: z.record(z.string(), z.unknown()).nullish(),
  tags: z.array(z.string()).nullish(),
  validationResults: z.array(z.object({ result: text, message: text })).nullish(),
  deleted: z.boolean().nullish(),
});
export type WireBuild = z.infer<typeof wireBuild>;

/** The answer to queueing a pipeline. Its id is the build's id. */
export const wireRun = z.object({
  id: z.number(),
  name: text,
  state: text,
  createdDate: text,
});
export type WireRun = z.infer<typeof wireRun>;

const wireIssue = z.object({
  type: text,
  message: text,
  data: z.record(z.string(), z.unknown()).nullish(),
});

export const wireRecord = z.object({
  id: z.string(),
  parentId: text,
  type: text,
  name: text,
  identifier: text,
  startTime: text,
  finishTime: text,
  state: text,
  result: text,
  order: z.number().nullish(),
  attempt: z.number().nullish(),
  issues: z.array(wireIssue).nullish(),
});
export type WireRecord = z.infer<typeof wireRecord>;

export const wireTimeline = z.object({ id: text, records: z.array(wireRecord).nullish() });
export type WireTimeline = z.infer<typeof wireTimeline>;

export const wireApproval = z.object({
  id: z.string(),
  status: text,
  createdOn: text,
  executionOrder: text,
  minRequiredApprovers: z.number().nullish(),
  blockedApprovers: z.array(wireIdentity).nullish(),
  steps: z
    .array(
      z.object({
        assignedApprover: wireIdentity,
        actualApprover: wireIdentity.nullish(),
        status: text,
        comment: text,
        lastModifiedOn: text,
      }),
    )
    .nullish(),
  /** In no version's description; seen as number and as text. */
  pipeline: z
    .object({ owner: z.object({ id: z.union([z.number(), z.string()]).nullish() }).nullish() })
    .nullish(),
});
export type WireApproval = z.infer<typeof wireApproval>;
