import { builder } from '../graphql/builder.ts';
import { parseId } from '../graphql/ids.ts';
import { askedBelow } from '../graphql/look-ahead.ts';
import { Node, registerNode } from '../graphql/node.ts';
import { pageArgs, toConnection } from '../graphql/paging.ts';
import { shapeFor } from '../graphql/row-shape.ts';
import { runOf } from '../sync-runs/sync-run-loaders.graphql.ts';
import { SyncRunType } from '../sync-runs/sync-runs.graphql.ts';
import type { ChangeSet, ChangeSummary } from './change-set.ts';
import { ChangeKindEnum } from './change-set-enums.graphql.ts';
import { changeSetById, changeSetOfRun } from './change-set-loaders.graphql.ts';
import { broughtPage, changesOf, readChangeSet } from './change-set-with-page.graphql.ts';
import { ChangeConnection } from './changes.graphql.ts';
import { BY_PATH, countChanges, listChanges } from './list-changes.ts';

const ChangeSummaryType = builder.objectRef<ChangeSummary>('ChangeSummary').implement({
  description: 'How many changes there are of each kind, and what became of them.',
  fields: (t) => ({
    added: t.exposeInt('added', { description: 'Objects to create.' }),
    changed: t.exposeInt('changed', { description: 'Objects to update.' }),
    removed: t.exposeInt('removed', { description: 'Objects to remove.' }),
    applied: t.exposeInt('applied', { description: 'Changes that were written at deploy; 0 before.' }),
    skipped: t.exposeInt('skipped', { description: 'Changes that deploy did not need to write; 0 before.' }),
    failed: t.exposeInt('failed', { description: 'Changes that the tenant refused at deploy; 0 before.' }),
  }),
});

const ChangeFilterInput = builder.inputType('ChangeFilter', {
  description: 'Which changes. Each part that is given must hold.',
  fields: (t) => ({
    kind: t.field({ type: [ChangeKindEnum], description: 'The change is of one of these kinds.' }),
    configurationType: t.string({
      description: 'The object is of this type, like MSGraph:ConditionalAccess:Policies.',
    }),
    search: t.string({
      description: 'This text occurs in the display name, the path or the type, in any case.',
    }),
  }),
});

export const ChangeSetType = builder.objectRef<ChangeSet>('ChangeSet').implement({
  description:
    'What a run wants to write to the tenant: immutable, named by its content, and decided as a whole.',
  interfaces: [Node],
  fields: (t) => ({
    digest: t.exposeString('digest', {
      description:
        'SHA-256 of the canonical content, in hexadecimal. Equal content has the equal digest; decide with the digest of what was reviewed.',
    }),
    run: t.field({
      type: SyncRunType,
      description: 'The run whose preview made it.',
      resolve: (changeSet, _args, context) => runOf(context, changeSet),
    }),
    summary: t.expose('summary', { type: ChangeSummaryType, description: 'How many changes of each kind.' }),
    changes: t.field({
      type: ChangeConnection,
      description: 'The changes, in the order of their paths.',
      args: {
        ...pageArgs,
        filter: t.arg({ type: ChangeFilterInput, description: 'Which of them; all when left out.' }),
      },
      resolve: async (changeSet, args, { db, viewer }, info) => {
        const query = changesOf(changeSet.id, args, shapeFor(info)?.part);
        const isBrief = !askedBelow(info, ['nodes'], ['edges', 'node']).has('properties');
        const page = broughtPage(changeSet, info) ?? (await listChanges(db, viewer, { ...query, isBrief }));
        return toConnection(page, BY_PATH, () => countChanges(db, viewer, query));
      },
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the preview was read.' }),
  }),
});

registerNode('cs', 'ChangeSet', changeSetById);

builder.queryField('changeSet', (t) =>
  t.field({
    type: ChangeSetType,
    nullable: true,
    description: 'The change set of that id; null when none exists for the viewer.',
    args: { id: t.arg.id({ required: true, description: "A change set's id." }) },
    resolve: (_root, { id }, context, info) => readChangeSet(context, parseId(id, 'cs'), info),
  }),
);

builder.objectField(SyncRunType, 'changeSet', (t) =>
  t.field({
    type: ChangeSetType,
    nullable: true,
    description:
      'The newest list of its changes; a preview that is run again makes a new one. null when nothing was previewed yet, or nothing needs to change.',
    resolve: (run, _args, context) => changeSetOfRun(context, run.id),
  }),
);
