import { byKey, defineLoader, groupedBy } from '../graphql/loaders.ts';
import type { ChangeId, ChangeSetId, DecisionId, RevertId, RunId } from '../lib/ids.ts';
import type { Change, ChangeSet, Decision, Revert } from './change-set.ts';
import {
  changeSetsByIds,
  decisionsByIds,
  decisionsOfRuns as readDecisionsOfRuns,
  newestChangeSets,
  type RecordedDecision,
  revertsByIds,
  revertsOfRuns,
} from './change-sets.ts';
import { changesByIds } from './list-changes.ts';
import { factsOfRuns, type RunFacts } from './run-facts.ts';

export const changeSetById = defineLoader<ChangeSetId, ChangeSet>(async ({ db, viewer }, ids) =>
  byKey(await changeSetsByIds(db, viewer, ids), (changeSet) => changeSet.id),
);

export const changeSetOfRun = defineLoader<RunId, ChangeSet>(async ({ db, viewer }, runIds) =>
  byKey(await newestChangeSets(db, viewer, runIds), (changeSet) => changeSet.runId),
);

export const changeById = defineLoader<ChangeId, Change>(async ({ db, viewer }, ids) =>
  byKey(await changesByIds(db, viewer, ids), (change) => change.id),
);

export const decisionsOfRun = defineLoader<RunId, RecordedDecision[]>(async ({ db, viewer }, runIds) =>
  groupedBy(await readDecisionsOfRuns(db, viewer, runIds), (decision) => decision.runId),
);

export const decisionById = defineLoader<DecisionId, Decision>(async ({ db, viewer }, ids) =>
  byKey(await decisionsByIds(db, viewer, ids), (decision) => decision.id),
);

export const factsOfRun = defineLoader<RunId, RunFacts>(({ db, viewer }, runIds) =>
  factsOfRuns(db, viewer, runIds),
);

export const revertById = defineLoader<RevertId, Revert>(async ({ db, viewer }, ids) =>
  byKey(await revertsByIds(db, viewer, ids), (revert) => revert.id),
);

export const revertOfRun = defineLoader<RunId, Revert>(async ({ db, viewer }, runIds) =>
  byKey(await revertsOfRuns(db, viewer, runIds), (revert) => revert.runId),
);
