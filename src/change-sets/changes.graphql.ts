import { getColumns } from 'drizzle-orm';
import { builder } from '../graphql/builder.ts';
import { Node, registerNode } from '../graphql/node.ts';
import { connectionOf } from '../graphql/paging.ts';
import { rowSources } from '../graphql/row-shape.ts';
import type { Change, PropertyChange } from './change-set.ts';
import { ChangeKindEnum, ChangeResultStatusEnum } from './change-set-enums.graphql.ts';
import { changeById } from './change-set-loaders.graphql.ts';
import { changes } from './change-sets.table.ts';

const PropertyChangeType = builder.objectRef<PropertyChange>('PropertyChange').implement({
  description: 'One property of a changed object.',
  fields: (t) => ({
    path: t.exposeString('path', {
      description: 'Where the property stands in the object, like conditions.users.includeGroups.',
    }),
    before: t.exposeString('before', {
      nullable: true,
      description: "The tenant's value as JSON text; null when there is none, and when it is sensitive.",
    }),
    after: t.exposeString('after', {
      nullable: true,
      description: "The repository's value as JSON text; null when there is none, and when it is sensitive.",
    }),
    isSensitive: t.exposeBoolean('isSensitive', {
      description: 'The values are withheld: they may hold a secret.',
    }),
  }),
});

const ChangeResultType = builder.objectRef<Change>('ChangeResult').implement({
  description: 'What became of a change at deploy.',
  fields: (t) => ({
    status: t.expose('result', {
      type: ChangeResultStatusEnum,
      nullable: true,
      description: 'Written, skipped or failed.',
    }),
    error: t.exposeString('resultError', {
      nullable: true,
      description: "The tenant's own words when it failed.",
    }),
  }),
});

const ChangeType = builder.objectRef<Change>('Change').implement({
  description: 'What a run wants to do to one object of the tenant.',
  interfaces: [Node],
  fields: (t) => ({
    kind: t.expose('kind', { type: ChangeKindEnum, description: 'Added, changed or removed.' }),
    configurationType: t.exposeString('configurationType', {
      description: "The object's type, like MSGraph:ConditionalAccess:Policies.",
    }),
    category: t.exposeString('category', { description: 'The part of Microsoft 365, like Entra ID.' }),
    displayName: t.exposeString('displayName', { description: "The object's name." }),
    path: t.exposeString('path', { description: 'The file in the repository.' }),
    properties: t.expose('properties', {
      type: [PropertyChangeType],
      description: 'The properties that differ.',
    }),
    diff: t.exposeString('diff', {
      description: 'Unified diff of the canonical JSON, for people. Sensitive values are masked.',
    }),
    result: t.field({
      type: ChangeResultType,
      nullable: true,
      description: 'What became of it at deploy; null before.',
      resolve: (change) => (change.result ? change : null),
    }),
  }),
});

export const ChangeConnection = connectionOf('Change', ChangeType, 'changes');

rowSources.set('Change', () => ({ columns: getColumns(changes) }));

registerNode('chg', 'Change', changeById);
