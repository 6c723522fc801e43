import { z } from 'zod';
import { badRequest, notFound } from '../azure-error.ts';
import type { Build } from '../build.ts';
import { json, noContent } from '../http/answer.ts';
import { enumWord, isTrue } from '../http/enum-words.ts';
import { param, projectOf, type AzureRoute, type Call } from '../http/router.ts';
import { STAGE_IDENTIFIERS, SYNC_STAGES } from '../../../pipeline/contract.ts';
import { cancelBuild, cancelStage, deleteBuild, retryBuild, retryStage } from '../runs/change-build.ts';
import { queueBuild } from '../runs/queue-build.ts';
import { buildChanged } from '../world.ts';
import { listBuilds } from './build-list.ts';
import { buildWire, timelineWire } from './build-wire.ts';
import { definitionIn } from './definitions.ts';
import { buildIn, liveBuildIn } from './find.ts';

export const buildRoutes: readonly AzureRoute[] = [
  { method: 'GET', pattern: 'build/builds', handle: listBuilds },
  { method: 'POST', pattern: 'build/builds', handle: queue },
  {
    method: 'GET',
    pattern: 'build/builds/{build}',
    handle: (call) => json(buildWire(call.world, buildIn(call))),
  },
  { method: 'PATCH', pattern: 'build/builds/{build}', handle: update },
  { method: 'DELETE', pattern: 'build/builds/{build}', handle: remove },
  { method: 'PATCH', pattern: 'build/builds/{build}/stages/{stage}', handle: updateStage },
  { method: 'GET', pattern: 'build/builds/{build}/timeline', handle: timeline },
  { method: 'GET', pattern: 'build/builds/{build}/timeline/{timeline}', handle: timeline },
];

const queueBody = z.looseObject({
  definition: z.looseObject({ id: z.union([z.number(), z.string()]) }),
  sourceBranch: z.string().nullish(),
  templateParameters: z.record(z.string(), z.string()).nullish(),
  parameters: z.string().nullish(),
});

async function queue(call: Call) {
  const body = await call.request.body(queueBody);
  const definition = definitionIn(call, projectOf(call), String(body.definition.id));
  const build = await queueBuild(call.world, {
    definition,
    reason: 'manual',
    requestedBy: call.caller.identity,
    sourceBranch: body.sourceBranch ?? undefined,
    templateParameters: body.templateParameters ?? {},
  });
  return json(buildWire(call.world, build));
}

const BUILD_STATUSES = {
  none: 0,
  inProgress: 1,
  completed: 2,
  cancelling: 4,
  postponed: 8,
  notStarted: 32,
  all: 47,
} as const;

const updateBody = z.looseObject({
  status: z.union([z.string(), z.number()]).nullish(),
  keepForever: z.boolean().nullish(),
});

async function update(call: Call) {
  const build = liveBuildIn(call);
  const body = await call.request.body(updateBody.optional());
  if (isTrue(call.request.query('retry'))) {
    retryBuild(call.world, build, call.caller.identity);
    return json(buildWire(call.world, build));
  }
  if (body?.status != null) changeStatus(call, build, String(body.status));
  else buildChanged(call.world, build, call.caller.identity);
  return json(buildWire(call.world, build));
}

function changeStatus(call: Call, build: Build, status: string): void {
  const word = enumWord(status, BUILD_STATUSES);
  if (word !== 'cancelling') {
    throw badRequest(
      `The status of a build cannot be changed to '${status}'.`,
      'InvalidBuildUpdateException',
    );
  }
  cancelBuild(call.world, build, call.caller.identity);
}

function remove(call: Call) {
  deleteBuild(call.world, liveBuildIn(call), call.caller.identity);
  return noContent();
}

const STAGE_UPDATES = { cancel: 0, retry: 1, run: 2 } as const;
const stageBody = z.looseObject({
  state: z.union([z.string(), z.number()]),
  forceRetryAllJobs: z.boolean().nullish(),
});

async function updateStage(call: Call) {
  const build = liveBuildIn(call);
  const name = param(call, 'stage');
  const stage = SYNC_STAGES.find((word) => STAGE_IDENTIFIERS[word].toLowerCase() === name.toLowerCase());
  if (!stage) throw notFound(`Stage ${name} was not found in build ${build.id}.`, 'StageNotFoundException');
  const { state, forceRetryAllJobs } = await call.request.body(stageBody);
  const by = call.caller.identity;
  switch (enumWord(String(state), STAGE_UPDATES)) {
    case 'cancel':
      cancelStage(call.world, build, { stage, by });
      break;
    case 'retry':
      retryStage(call.world, build, { stage, by, force: forceRetryAllJobs === true });
      break;
    default:
      throw badRequest(`A stage cannot be updated to state '${state}': cancel and retry are possible.`);
  }
  return noContent();
}

/** Empty where there is none: the run never had a plan, or was deleted. */
function timeline(call: Call) {
  const build = buildIn(call);
  const id = (call.params['timeline'] ?? '').toLowerCase();
  const past = build.pastTimelines.find((candidate) => candidate.id === id);
  const wanted =
    past ?? (id === '' || id === build.timelineId ? { id: build.timelineId, records: build.records } : null);
  if (!wanted || build.isDeleted || wanted.records.length === 0) return noContent();
  const since = Number(call.request.query('changeId') ?? 0) || 0;
  return json(timelineWire(call.world, build, { ...wanted, since }));
}
