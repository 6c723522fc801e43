/** Tags, properties, logs, attachments and artifacts of a build. */
import { z } from 'zod';
import { badRequest, notFound } from '../azure-error.ts';
import type { Artifact, Build, Log } from '../build.ts';
import { bytes, json, list, text, zip, type Answer } from '../http/answer.ts';
import { commaList, numberOr } from '../http/enum-words.ts';
import { param, type AzureRoute, type Call } from '../http/router.ts';
import { buildChanged } from '../world.ts';
import { liveBuildIn } from './find.ts';
import { buildUrl } from '../http/links.ts';

const BUILD = 'build/builds/{build}';

export const buildDetailRoutes: readonly AzureRoute[] = [
  { method: 'GET', pattern: `${BUILD}/tags`, handle: (call) => list(liveBuildIn(call).tags) },
  { method: 'POST', pattern: `${BUILD}/tags`, handle: addTags },
  { method: 'PATCH', pattern: `${BUILD}/tags`, handle: updateTags },
  {
    method: 'PUT',
    pattern: `${BUILD}/tags/{tag}`,
    handle: (call) => changeTags(call, { add: [param(call, 'tag')] }),
  },
  {
    method: 'DELETE',
    pattern: `${BUILD}/tags/{tag}`,
    handle: (call) => changeTags(call, { remove: [param(call, 'tag')] }),
  },
  {
    method: 'GET',
    pattern: `${BUILD}/properties`,
    handle: (call) => json(propertiesWire(call, liveBuildIn(call))),
  },
  { method: 'PATCH', pattern: `${BUILD}/properties`, handle: updateProperties },
  { method: 'GET', pattern: `${BUILD}/logs`, handle: listLogs },
  { method: 'GET', pattern: `${BUILD}/logs/{log}`, handle: readLog },
  { method: 'GET', pattern: `${BUILD}/attachments/{type}`, handle: listAttachments },
  {
    method: 'GET',
    pattern: `${BUILD}/{timeline}/{record}/attachments/{type}/{name}`,
    handle: readAttachment,
  },
  { method: 'GET', pattern: `${BUILD}/artifacts`, handle: artifacts },
];

async function addTags(call: Call) {
  return changeTags(call, { add: await call.request.body(z.array(z.string())) });
}

async function updateTags(call: Call) {
  const words = z.array(z.string()).nullish();
  const body = await call.request.body(z.looseObject({ tagsToAdd: words, tagsToRemove: words }));
  return changeTags(call, { add: body.tagsToAdd ?? [], remove: body.tagsToRemove ?? [] });
}

function changeTags(call: Call, { add = [], remove = [] }: { add?: string[]; remove?: string[] }): Answer {
  const build = liveBuildIn(call);
  build.tags = [...new Set([...build.tags, ...add])].filter((tag) => !remove.includes(tag));
  buildChanged(call.world, build, call.caller.identity);
  return list(build.tags);
}

function propertiesWire({ request }: Call, build: Build) {
  const wanted = commaList(request.query('filter'));
  const shown = Object.entries(build.properties).filter(
    ([name]) => wanted.length === 0 || wanted.includes(name),
  );
  const value = Object.fromEntries(shown.map(([name, $value]) => [name, { $type: 'System.String', $value }]));
  return { count: shown.length, value };
}

const patch = z.array(z.looseObject({ op: z.string(), path: z.string(), value: z.unknown().optional() }));

async function updateProperties(call: Call) {
  const build = liveBuildIn(call);
  for (const { op, path, value } of await call.request.body(patch)) {
    const name = path.replace(/^\//, '');
    if (op === 'remove') delete build.properties[name];
    else if (op === 'add' || op === 'replace')
      build.properties[name] = typeof value === 'string' ? value : JSON.stringify(value);
    else throw badRequest(`The operation '${op}' is not supported: add, replace and remove are.`);
  }
  buildChanged(call.world, build, call.caller.identity);
  return json(propertiesWire(call, build));
}

const wantsZip = ({ request }: Call): boolean =>
  request.accept.includes('application/zip') || request.query('$format')?.toLowerCase() === 'zip';

function listLogs(call: Call) {
  const build = liveBuildIn(call);
  if (wantsZip(call))
    return zip(
      `logs_${build.id}`,
      build.logs.map((log) => [logPath(build, log), log.lines.join('\n')]),
    );
  const url = `${buildUrl(call.world, build)}/logs`;
  return list(
    build.logs.map(({ id, lines, createdOn, lastChangedOn }) => ({
      lineCount: lines.length,
      createdOn,
      lastChangedOn,
      id,
      type: 'Container',
      url: `${url}/${id}`,
    })),
  );
}

/** `Preview/3_Preview the changes.txt`. */
function logPath(build: Build, { id, recordId }: Log): string {
  const everything = [...build.records, ...build.pastTimelines.flatMap(({ records }) => records)];
  const record = everything.find((candidate) => candidate.id === recordId);
  const stage = record?.identifier.split('.')[0] ?? 'Run';
  return `${stage}/${id}_${(record?.name ?? 'log').replaceAll('/', '-')}.txt`;
}

/** Text unless JSON is asked for, by lines from `startLine` to `endLine`, counted from 1. */
function readLog(call: Call) {
  const build = liveBuildIn(call);
  const log = build.logs.find(({ id }) => String(id) === param(call, 'log'));
  if (!log)
    throw notFound(
      `The log ${param(call, 'log')} of build ${build.id} was not found.`,
      'BuildLogNotFoundException',
    );
  const from = Math.max(numberOr(call.request.query('startLine'), 1), 1);
  const to = numberOr(call.request.query('endLine'), log.lines.length);
  const lines = log.lines.slice(from - 1, to);
  if (wantsZip(call)) return zip(`log_${log.id}`, [[logPath(build, log), lines.join('\n')]]);
  return call.request.accept.includes('application/json')
    ? list(lines)
    : text(lines.map((line) => `${line}\r\n`).join(''));
}

/** Newest first: an attempt that was retried leaves its attachments behind. */
function listAttachments(call: Call) {
  const build = liveBuildIn(call);
  const type = param(call, 'type');
  const url = buildUrl(call.world, build);
  const found = build.attachments.filter((attachment) => attachment.type === type).reverse();
  return list(
    found.map(({ timelineId, recordId, name }) => {
      const href = `${url}/${timelineId}/${recordId}/attachments/${encodeURIComponent(type)}/${encodeURIComponent(name)}`;
      return { _links: { self: { href } }, name };
    }),
  );
}

function readAttachment(call: Call) {
  const build = liveBuildIn(call);
  const found = build.attachments.find(
    ({ timelineId, recordId, type, name }) =>
      timelineId === param(call, 'timeline') &&
      recordId === param(call, 'record') &&
      type === param(call, 'type') &&
      name === param(call, 'name'),
  );
  if (found) return bytes(Buffer.from(found.content));
  throw notFound(
    `The attachment ${param(call, 'name')} of build ${build.id} was not found.`,
    'AttachmentNotFoundException',
  );
}

function artifacts(call: Call) {
  const build = liveBuildIn(call);
  const name = call.request.query('artifactName');
  if (name === null) return list(build.artifacts.map((artifact) => artifactWire(call, build, artifact)));
  const artifact = build.artifacts.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (!artifact)
    throw notFound(`Artifact ${name} was not found for build ${build.id}.`, 'ArtifactNotFoundException');
  const file = call.request.query('fileName');
  if (file !== null) return artifactFile(artifact, file);
  if (!wantsZip(call)) return json(artifactWire(call, build, artifact));
  return zip(
    artifact.name,
    Object.entries(artifact.files).map(([path, content]) => [`${artifact.name}/${path}`, content]),
  );
}

function artifactFile(artifact: Artifact, path: string): Answer {
  const content = artifact.files[path.replace(/^\//, '')];
  if (content === undefined)
    throw notFound(`File ${path} was not found in artifact ${artifact.name}.`, 'ArtifactNotFoundException');
  return bytes(Buffer.from(content));
}

function artifactWire({ world }: Call, build: Build, { id, name, recordId, files }: Artifact) {
  const url = `${buildUrl(world, build)}/artifacts?artifactName=${encodeURIComponent(name)}&api-version=7.1`;
  const size = Object.values(files).reduce((sum, content) => sum + Buffer.byteLength(content), 0);
  return {
    id,
    name,
    source: recordId,
    resource: {
      type: 'PipelineArtifact',
      data: recordId.replaceAll('-', '').toUpperCase(),
      properties: {
        RootId: recordId,
        artifactsize: String(size),
        HashType: 'DEDUPNODEORCHUNK',
        DomainId: '0',
      },
      url,
      downloadUrl: `${url}&%24format=zip`,
    },
  };
}
