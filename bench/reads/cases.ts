/** What is asked, in the words of each schema. */
import { readFileSync } from 'node:fs';
import { CHANGE_SET } from './fill.ts';

export type Case = 'list' | 'changeSet' | 'dashboard' | 'typename';
export const CASES: Record<Case, string> = {
  list: '50 tenants with their latest run',
  changeSet: 'One change set with 50 changes',
  dashboard: 'The operation Dashboard, 50 tenants',
  typename: '`{ __typename }`',
};

type Question = { query: string; variables?: Record<string, unknown> };

const TENANT = 'id displayName status statusSince latestRun { id status outcome queuedAt }';
const CHANGE = 'id kind configurationType displayName path diff';

/** Of this project's schema: also what is sent to the floor, which reads only which of them it is. */
export const OWN: Record<Case, Question> = {
  list: {
    query: `query List($first: Int) { tenants(first: $first) { nodes { ${TENANT} } } }`,
    variables: { first: 50 },
  },
  changeSet: {
    query: `query ChangeSet($id: ID!) { changeSet(id: $id) { id digest changes(first: 50) { nodes { ${CHANGE} } } } }`,
    variables: { id: CHANGE_SET },
  },
  dashboard: {
    query: readFileSync(new URL('../../schema/operations/dashboard.graphql', import.meta.url), 'utf8'),
  },
  typename: { query: '{ __typename }' },
};

/** PostGraphile calls the column `rowId`; its `id` is a global one, which it would make besides. */
const rowIds = (fields: string) => fields.replace(/\bid\b/g, 'rowId');

/** Of the schema that PostGraphile makes of the tables; it has no dashboard. */
export const POSTGRAPHILE: Partial<Record<Case, Question>> = {
  list: {
    query: `query List($first: Int) { allTenants(first: $first, orderBy: DISPLAY_NAME_ASC, condition: { removedAt: null }) { nodes { ${rowIds(TENANT)} } } }`,
    variables: { first: 50 },
  },
  changeSet: {
    query: `query ChangeSet($id: String!) { changeSetByRowId(rowId: $id) { rowId digest } allChanges(first: 50, condition: { changeSetId: $id }, orderBy: POSITION_ASC) { nodes { ${rowIds(CHANGE)} } } }`,
    variables: { id: CHANGE_SET },
  },
  typename: { query: '{ __typename }' },
};
