import type { Once } from '../access/once.ts';
import { forEachItem } from '../graphql/bulk.ts';
import { builder } from '../graphql/builder.ts';
import type { Context } from '../graphql/context.ts';
import { idempotencyKeyDescription, KEY_REFUSALS, onceFor } from '../graphql/idempotency.ts';
import { memberOf, refusable } from '../graphql/refusals.ts';
import { inputId } from '../sync-runs/sync-run-mutations.graphql.ts';
import { ActionRefused, InvalidInput, NotFound } from '../sync-runs/refusals.ts';
import { ActionRefusedType, InvalidInputType, NotFoundType } from '../sync-runs/refusals.graphql.ts';
import type { DecisionVerdict } from './change-set.ts';
import { decide } from './decide.ts';
import { DecisionType, RevertType } from './decisions.graphql.ts';
import { AlreadyDecided, DigestDiffers } from './refusals.ts';
import { AlreadyDecidedType, DigestDiffersType } from './refusals.graphql.ts';
import { retryRevert } from './retry-revert.ts';

const changeSetDescription = "The change set that was reviewed: a run's `changeSet`.";
const digestDescription = 'The digest of what was reviewed. Another one than the present is refused.';
const commentDescription = 'At most 2,000 characters. It is part of the record and shown in Azure DevOps.';

const ApproveChangeSetInput = builder.inputType('ApproveChangeSetInput', {
  description: 'Which changes to approve.',
  fields: (t) => ({
    changeSetId: t.id({ required: true, description: changeSetDescription }),
    digest: t.string({ required: true, description: digestDescription }),
    comment: t.string({ description: commentDescription }),
    force: t.boolean({
      defaultValue: false,
      description: 'For admins: also a run that a newer one has superseded.',
    }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

const ApproveChangeSetsInput = builder.inputType('ApproveChangeSetsInput', {
  description: 'Which changes to approve, of several runs.',
  fields: (t) => ({
    items: t.field({
      type: [ApproveChangeSetInput],
      required: true,
      description: 'One for each change set, at most 100.',
    }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

const RejectChangeSetInput = builder.inputType('RejectChangeSetInput', {
  description: 'Which changes to reject.',
  fields: (t) => ({
    changeSetId: t.id({ required: true, description: changeSetDescription }),
    digest: t.string({ required: true, description: digestDescription }),
    comment: t.string({ description: commentDescription }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

const RetryRevertInput = builder.inputType('RetryRevertInput', {
  description: 'Which revert to try again.',
  fields: (t) => ({
    syncRunId: t.id({ required: true, description: 'The run that was rejected.' }),
    overwritePaths: t.stringList({
      description: 'Conflicting paths whose later edits may be overwritten; none when left out.',
    }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

const DecisionResult = builder.unionType('DecisionResult', {
  description: 'The decision as it is on record, or why there is none.',
  types: [
    DecisionType,
    NotFoundType,
    InvalidInputType,
    ActionRefusedType,
    DigestDiffersType,
    AlreadyDecidedType,
    ...KEY_REFUSALS,
  ],
  resolveType: (value) => memberOf(value, 'Decision'),
});

const RevertResult = builder.unionType('RevertResult', {
  description: 'The revert, or why it is not tried again.',
  types: [RevertType, NotFoundType, InvalidInputType, ActionRefusedType, ...KEY_REFUSALS],
  resolveType: (value) => memberOf(value, 'Revert'),
});

type DecideOne = {
  changeSetId: string;
  digest: string;
  comment?: string | null | undefined;
  force?: boolean | null | undefined;
};

type Asked = { verdict: DecisionVerdict; input: DecideOne; once: () => Promise<Once> };

function decideOne({ services, viewer }: Context, { verdict, input, once }: Asked) {
  return refusable([NotFound, InvalidInput, ActionRefused, DigestDiffers, AlreadyDecided], async () =>
    decide(services, viewer, {
      changeSetId: inputId('changeSetId', input.changeSetId, 'cs'),
      digest: input.digest,
      verdict,
      comment: input.comment ?? null,
      force: input.force ?? false,
      once: await once(),
    }),
  );
}

builder.mutationFields((t) => ({
  approveChangeSet: t.field({
    type: DecisionResult,
    description:
      'Approves exactly what was reviewed. It is answered when the decision is on record; its `state` tells when Azure DevOps has it.',
    args: { input: t.arg({ type: ApproveChangeSetInput, required: true, description: 'Which changes.' }) },
    resolve: (_root, { input }, context) => {
      const once = () => onceFor(context, { mutation: 'approveChangeSet', input });
      return decideOne(context, { verdict: 'APPROVE', input, once });
    },
  }),
  approveChangeSets: t.field({
    type: [DecisionResult],
    nullable: { list: false, items: true },
    description:
      'Approves up to 100 change sets: one answer for each, in their order; null in the place of one that met an error.',
    args: { input: t.arg({ type: ApproveChangeSetsInput, required: true, description: 'Which changes.' }) },
    resolve: (_root, { input }, context) =>
      forEachItem(input.items, (one, item) => {
        const once = () => onceFor(context, { mutation: 'approveChangeSets', input, item });
        return decideOne(context, { verdict: 'APPROVE', input: one, once });
      }),
  }),
  rejectChangeSet: t.field({
    type: DecisionResult,
    description:
      'Rejects the changes. The tenant is not touched, and the repository keeps them: the next sync asks again.',
    args: { input: t.arg({ type: RejectChangeSetInput, required: true, description: 'Which changes.' }) },
    resolve: (_root, { input }, context) => {
      const once = () => onceFor(context, { mutation: 'rejectChangeSet', input });
      return decideOne(context, { verdict: 'REJECT', input, once });
    },
  }),
  rejectAndRevertChangeSet: t.field({
    type: DecisionResult,
    description:
      "Rejects the changes and discards them: the repository returns to the tenant's state. The tenant is not touched.",
    args: { input: t.arg({ type: RejectChangeSetInput, required: true, description: 'Which changes.' }) },
    resolve: (_root, { input }, context) => {
      const once = () => onceFor(context, { mutation: 'rejectAndRevertChangeSet', input });
      return decideOne(context, { verdict: 'REJECT_AND_REVERT', input, once });
    },
  }),
  retryRevert: t.field({
    type: RevertResult,
    description: 'Tries a revert again that failed, found conflicts, or whose pull request was abandoned.',
    args: { input: t.arg({ type: RetryRevertInput, required: true, description: 'Which revert.' }) },
    resolve: (_root, { input }, context) =>
      refusable([NotFound, InvalidInput, ActionRefused], async () =>
        retryRevert(context.services, context.viewer, {
          runId: inputId('syncRunId', input.syncRunId, 'run'),
          overwritePaths: input.overwritePaths ?? [],
          once: await onceFor(context, { mutation: 'retryRevert', input }),
        }),
      ),
  }),
}));
