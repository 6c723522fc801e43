import { ActorType } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { Node, registerNode } from '../graphql/node.ts';
import { runOf } from '../sync-runs/sync-run-loaders.graphql.ts';
import { SyncRunType } from '../sync-runs/sync-runs.graphql.ts';
import type { Decision, Revert } from './change-set.ts';
import {
  DecisionChannelEnum,
  DecisionStateEnum,
  DecisionVerdictEnum,
  RevertStatusEnum,
} from './change-set-enums.graphql.ts';
import {
  changeSetById,
  decisionById,
  decisionsOfRun,
  revertById,
  revertOfRun,
} from './change-set-loaders.graphql.ts';
import { ChangeSetType } from './change-sets.graphql.ts';

export const DecisionType = builder.objectRef<Decision>('Decision').implement({
  description: "One person's decision on a run.",
  interfaces: [Node],
  fields: (t) => ({
    run: t.field({
      type: SyncRunType,
      description: 'The run that was decided.',
      resolve: (decision, _args, context) => runOf(context, decision),
    }),
    verdict: t.expose('verdict', { type: DecisionVerdictEnum, description: 'What was decided.' }),
    by: t.expose('by', { type: ActorType, description: 'By whom.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    comment: t.exposeString('comment', { nullable: true, description: 'What the person wrote.' }),
    digest: t.exposeString('digest', {
      nullable: true,
      description: 'Digest of what was reviewed; null when it was decided in the portal, which knows none.',
    }),
    changeSet: t.field({
      type: ChangeSetType,
      nullable: true,
      description: 'What was reviewed; null when it was decided in the portal.',
      resolve: (decision, _args, context) =>
        decision.changeSetId ? changeSetById(context, decision.changeSetId) : null,
    }),
    via: t.expose('via', { type: DecisionChannelEnum, description: 'Where it was made.' }),
    state: t.expose('state', { type: DecisionStateEnum, description: 'Whether Azure DevOps has it.' }),
    error: t.exposeString('error', {
      nullable: true,
      description: 'Why it did not count, when the state is FAILED.',
    }),
  }),
});

const PullRequestType = builder.objectRef<{ id: number; url: string }>('PullRequest').implement({
  description: 'A pull request in Azure DevOps.',
  fields: (t) => ({
    number: t.exposeInt('id', { description: 'Its number.' }),
    url: t.exposeString('url', { description: 'Its address.' }),
  }),
});

export const RevertType = builder.objectRef<Revert>('Revert').implement({
  description:
    "The return of the repository to the tenant's state, for every file of a change set, in one commit. The tenant is not touched.",
  interfaces: [Node],
  fields: (t) => ({
    run: t.field({
      type: SyncRunType,
      description: 'The run that was rejected.',
      resolve: (revert, _args, context) => runOf(context, revert),
    }),
    status: t.expose('status', { type: RevertStatusEnum, description: 'How far it has come.' }),
    commit: t.exposeString('commit', {
      nullable: true,
      description: 'The commit that it made; null while there is none.',
    }),
    conflictingPaths: t.exposeStringList('conflictingPaths', {
      description: 'Files that were edited since the preview: `retryRevert` may overwrite them.',
    }),
    pullRequest: t.field({
      type: PullRequestType,
      nullable: true,
      description: 'Where the branch is protected: the pull request that makes the commit.',
      resolve: ({ pullRequestId, pullRequestUrl }) =>
        pullRequestId !== null && pullRequestUrl !== null ? { id: pullRequestId, url: pullRequestUrl } : null,
    }),
    error: t.exposeString('error', {
      nullable: true,
      description: 'What went wrong, when the status is FAILED.',
    }),
    requestedBy: t.expose('requestedBy', { type: ActorType, description: 'Who asked for it.' }),
    comment: t.exposeString('comment', { nullable: true, description: 'What they wrote.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
});

builder.objectFields(SyncRunType, (t) => ({
  decisions: t.field({
    type: [DecisionType],
    description: 'Who decided what, oldest first, with those that did not count.',
    resolve: async (run, _args, context) => (await decisionsOfRun(context, run.id)) ?? [],
  }),
  revert: t.field({
    type: RevertType,
    nullable: true,
    description: 'The revert that “reject and revert” began; null when there is none.',
    resolve: (run, _args, context) => (run.revertStatus === null ? null : revertOfRun(context, run.id)),
  }),
}));

registerNode('dec', 'Decision', decisionById);
registerNode('rev', 'Revert', revertById);
