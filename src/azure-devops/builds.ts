import { route } from './ask.ts';
import { createLimit } from './limit.ts';
import type { Approvals } from './approvals.ts';
import type { ApprovalObservation, BuildObservation, ProjectLook, RunObservation } from './port.ts';
import { inProject, type ProjectConnection } from './project-connection.ts';
import { completeRun, readBuild } from './read-build.ts';
import { approvalIdsOf } from './read-stages.ts';
import { wireBuild, wireTimeline, type WireTimeline } from './wire.ts';

const ACTIVE = 'inProgress,notStarted,cancelling,postponed';
const PAGE = 500;
/** A run may become visible as finished a little later than its own finish time says. */
const OVERLAP_MS = 5 * 60_000;
/** The first look takes the newest runs of each pipeline, not the project's whole history. */
const FIRST_LOOK_RUNS = 3;

/** Active first: a run that ends between the two questions is then in both answers instead of in none. */
export async function lookAtProject(
  connection: ProjectConnection,
  approvals: Approvals,
  since: string | null,
): Promise<ProjectLook> {
  const [active, pendingApprovals] = await Promise.all([
    listBuilds(connection, `list the active runs ${inProject(connection)}`, {
      statusFilter: ACTIVE,
      queryOrder: 'queueTimeDescending',
    }),
    approvals.pending(),
  ]);
  const finished = await listFinished(connection, since);
  const builds = finished.builds.sort((a, b) => (a.finishedAt ?? '').localeCompare(b.finishedAt ?? ''));
  return {
    active: active.builds,
    finished: builds,
    pendingApprovals,
    watermark: watermarkAfter(builds, since ?? finished.answeredAt.toISOString()),
  };
}

function listFinished(connection: ProjectConnection, since: string | null) {
  const what = `list the finished runs ${inProject(connection)}`;
  if (since === null) {
    const newest = { maxBuildsPerDefinition: FIRST_LOOK_RUNS, queryOrder: 'finishTimeDescending' };
    return listBuilds(connection, what, { statusFilter: 'completed', ...newest });
  }
  const minTime = new Date(Date.parse(since) - OVERLAP_MS).toISOString();
  return listBuilds(connection, what, {
    statusFilter: 'completed',
    queryOrder: 'finishTimeAscending',
    minTime,
  });
}

/** The newest finish time seen: the clock by which Azure filters, so no two clocks are ever compared. */
function watermarkAfter(finished: BuildObservation[], before: string): string {
  const times = finished
    .map((build) => Date.parse(build.finishedAt ?? ''))
    .filter((time) => !Number.isNaN(time));
  return new Date(Math.max(Date.parse(before), ...times.slice(-1))).toISOString();
}

async function listBuilds(
  connection: ProjectConnection,
  what: string,
  query: Record<string, string | number>,
) {
  const { http, project } = connection;
  const ask = { what, path: route`${project}/_apis/build/builds`, query: { ...query, $top: PAGE } };
  const { items, answeredAt } = await http.list(ask, wireBuild);
  return { builds: items.map((item) => readBuild(item, connection)), answeredAt };
}

/** The build that was queued with this request id, among the newest of the pipeline. */
export async function findSync(
  connection: ProjectConnection,
  pipelineId: number,
  syncRequestId: string,
): Promise<BuildObservation | null> {
  const what = `look for the run ${syncRequestId} of pipeline ${pipelineId} ${inProject(connection)}`;
  const query = { definitions: pipelineId, queryOrder: 'queueTimeDescending', $top: 50 };
  const ask = { what, path: route`${connection.project}/_apis/build/builds`, query };
  const { items } = await connection.http.list(ask, wireBuild, { maxPages: 1 });
  const builds = items.map((item) => readBuild(item, connection));
  return builds.find((build) => build.syncRequestId === syncRequestId) ?? null;
}

export async function readRunOf(
  connection: ProjectConnection,
  approvals: Approvals,
  { build: given, pending }: { build: number | BuildObservation; pending: ApprovalObservation[] },
): Promise<RunObservation | null> {
  const buildId = typeof given === 'number' ? given : given.buildId;
  const [build, timeline] = await Promise.all([
    typeof given === 'number' ? findBuild(connection, given) : given,
    readTimeline(connection, buildId),
  ]);
  if (!build) return null;
  const limit = createLimit(4);
  const known = await Promise.all(
    approvalIdsOf(timeline?.records ?? []).map((id) =>
      limit(async () => pending.find(({ approvalId }) => approvalId === id) ?? approvals.find(id)),
    ),
  );
  return completeRun(build, { timeline, approvals: known.filter((approval) => approval !== null) });
}

/** That a run is not there ends it here, so a single answer does not say it: the list has to agree. */
async function findBuild(connection: ProjectConnection, buildId: number): Promise<BuildObservation | null> {
  const path = route`${connection.project}/_apis/build/builds/${buildId}`;
  const what = `read run ${buildId} ${inProject(connection)}`;
  const found = await connection.http.find({ what, path }, wireBuild);
  if (found) return readBuild(found, connection);
  const { builds } = await listBuilds(connection, `look for run ${buildId}`, { buildIds: buildId });
  return builds.find((build) => build.buildId === buildId) ?? null;
}

/** null: the run has no plan yet, never got one, or was deleted. */
export function readTimeline(connection: ProjectConnection, buildId: number): Promise<WireTimeline | null> {
  const path = route`${connection.project}/_apis/build/builds/${buildId}/timeline`;
  return connection.http.find(
    { what: `read the timeline of run ${buildId} ${inProject(connection)}`, path },
    wireTimeline,
  );
}

/** Asks only; the run ends when its agents have stopped. */
/** Azure's record first: a run that is being cancelled, or has ended, is not asked again. */
export async function cancelRun(connection: ProjectConnection, buildId: number): Promise<void> {
  const path = route`${connection.project}/_apis/build/builds/${buildId}`;
  const before = await connection.http.find(
    { what: `read run ${buildId} ${inProject(connection)}`, path },
    wireBuild,
  );
  const phase = before && readBuild(before, connection).phase;
  if (phase === 'CANCELING' || phase === 'FINISHED') return;
  const what = `cancel run ${buildId} ${inProject(connection)}`;
  await connection.http.read({ what, method: 'PATCH', path, body: { status: 'cancelling' } }, wireBuild);
}
