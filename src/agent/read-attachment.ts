/** What an earlier stage of the run attached. */
import { isJsonObject, type Json, type JsonObject } from '../pipeline/canonical-json.ts';
import { type AzureAccess, askAzure, readItems, readObject, refused, textIn } from './azure-http.ts';

type Attachment = { project: string; buildId: number; type: string; name: string };
type Place = { timelineId: string; recordId: string };

const GUID = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';
const PLACE = new RegExp(`/builds/\\d+/(${GUID})/(${GUID})/attachments/`, 'i');

/** Of the newest attempt; null when there is none. */
export async function readAttachment(access: AzureAccess, wanted: Attachment): Promise<string | null> {
  const { project, buildId, type, name } = wanted;
  const build = `${encodeURIComponent(project)}/_apis/build/builds/${buildId}`;
  const what = `read the attachment ${type} of run ${buildId}`;
  const list = await readItems(access, { what, path: `${build}/attachments/${type}` });
  const places = list.filter((each) => each.name === name).flatMap((each) => placeOf(each) ?? []);
  const place = places.length > 1 ? await newest(access, build, places) : places[0];
  if (!place) return null;
  const path = `${build}/${place.timelineId}/${place.recordId}/attachments/${type}/${encodeURIComponent(name)}`;
  const ask = { what, path, accept: 'application/octet-stream' };
  const answer = await askAzure(access, ask);
  if (answer.status === 200) return answer.body.toString('utf8');
  if (answer.status === 404) return null;
  throw refused(ask, answer);
}

/** Azure gives the ids in a link only. The link itself is never followed: it could lead the token anywhere. */
function placeOf({ _links: links }: JsonObject): Place | null {
  const href = textIn(objectIn(links, 'self'), 'href');
  const [, timelineId, recordId] = PLACE.exec(href) ?? [];
  return timelineId && recordId ? { timelineId, recordId } : null;
}

const objectIn = (value: Json | undefined, key: string): JsonObject => {
  const member = isJsonObject(value) ? value[key] : undefined;
  return isJsonObject(member) ? member : {};
};

/** A stage that was run again attached a second time; the records of earlier attempts are in other timelines. */
async function newest(access: AzureAccess, build: string, places: Place[]): Promise<Place | undefined> {
  const timeline = await readObject(access, { what: 'read the timeline', path: `${build}/timeline` });
  const records = Array.isArray(timeline.records) ? timeline.records.filter(isJsonObject) : [];
  const startOf = ({ recordId }: Place) =>
    textIn(
      records.find(({ id }) => id === recordId),
      'startTime',
    );
  return places.reduce((best, place) => (startOf(place) > startOf(best) ? place : best));
}
