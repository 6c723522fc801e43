import { z } from 'zod';
import {
  CHANGE_KINDS,
  CHANGE_RESULTS,
  SYNC_STAGES,
  type ChangeSetAttachment,
  type ErrorAttachment,
  type ResultsAttachment,
} from '../pipeline/contract.ts';
import { route } from './ask.ts';
import { readTimeline } from './builds.ts';
import { inProject, type ProjectConnection } from './project-connection.ts';

const wireAttachments = z.object({
  value: z.array(z.object({ name: z.string(), _links: z.object({ self: z.object({ href: z.string() }) }) })),
});

const sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);

export const changeEntries = z.array(
  z.object({
    kind: z.enum(CHANGE_KINDS),
    configurationType: z.string(),
    path: z.string(),
    displayName: z.string(),
  }),
);

export const changeSetShape = z.object({
  version: z.literal(1),
  tenantStateSha: sha,
  desiredSha: sha,
  mainSha: sha.exactOptional(),
  digest: z.string(),
  changes: changeEntries.exactOptional(),
  artifact: z.string().exactOptional(),
}) satisfies z.ZodType<ChangeSetAttachment>;

export const resultsShape = z.object({
  version: z.literal(1),
  digest: z.string(),
  results: z.array(
    z.object({ path: z.string(), result: z.enum(CHANGE_RESULTS), error: z.string().exactOptional() }),
  ),
}) satisfies z.ZodType<ResultsAttachment>;

export const errorShape = z.object({
  version: z.literal(1),
  code: z.string(),
  message: z.string(),
  stage: z.enum(SYNC_STAGES),
}) satisfies z.ZodType<ErrorAttachment>;

/** Uploads are best effort on Azure's side: null when it is not there. */
export async function readAttachment<T>(
  connection: ProjectConnection,
  { buildId, type, name }: { buildId: number; type: string; name: string },
  shape: z.ZodType<T>,
): Promise<T | null> {
  const { http, project } = connection;
  const what = `read the attachment ${type} of run ${buildId} ${inProject(connection)}`;
  const path = route`${project}/_apis/build/builds/${buildId}/attachments/${type}`;
  const list = await http.find({ what, path }, wireAttachments);
  const places = (list?.value ?? [])
    .filter((attachment) => attachment.name === name)
    .flatMap((attachment) => placeIn(attachment._links.self.href) ?? []);
  const place = places.length > 1 ? await newestPlace(connection, buildId, places) : places[0];
  if (!place) return null;
  const { timelineId, recordId } = place;
  const file = route`${project}/_apis/build/builds/${buildId}/${timelineId}/${recordId}/attachments/${type}/${name}`;
  // Served as application/octet-stream, whatever it is.
  return http.find({ what, path: file, accept: 'application/octet-stream' }, shape);
}

type Place = { timelineId: string; recordId: string };

const GUID = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';
const PLACE = new RegExp(`/builds/\\d+/(${GUID})/(${GUID})/attachments/`, 'i');

/** Azure gives the ids in a link only. The link itself is never followed: it could lead the token anywhere. */
export function placeIn(href: string): Place | null {
  const [, timelineId, recordId] = PLACE.exec(href) ?? [];
  return timelineId && recordId ? { timelineId, recordId } : null;
}

/** A stage that was retried attached a second time; the record that started last is the present one. */
async function newestPlace(
  connection: ProjectConnection,
  buildId: number,
  places: Place[],
): Promise<Place | undefined> {
  const records = (await readTimeline(connection, buildId))?.records ?? [];
  const startOf = ({ recordId }: Place) => records.find((record) => record.id === recordId)?.startTime ?? '';
  return places.reduce((best, place) => (startOf(place) >= startOf(best) ? place : best));
}
