/** What the code of a stage is given by the simulated agent. */
import type { SyncStage } from '../../../pipeline/contract.ts';
import type { Reporter, StageContext } from '../../../pipeline/stage.ts';
import type { Attachment, TimelineRecord } from '../build.ts';
import { buildChanged, type RunningJob } from '../world.ts';
import { askForCredential } from './credential.ts';
import { appendLog } from './log.ts';
import { modeOf, type Run } from './run.ts';
import { stageRepository } from './stage-repository.ts';
import { addIssue, changeRecord } from './timeline.ts';

/** Where in the timeline a stage's code runs, and the token that it has while it does. */
export type JobPlace = { stage: SyncStage; job: TimelineRecord; task: TimelineRecord; token: RunningJob };

export function stageContext(run: Run, place: JobPlace): StageContext {
  const { build, tenant, world } = run;
  const report = reporter(run, place);
  return {
    buildId: build.id,
    mode: modeOf(build),
    repository: stageRepository(run, place.token.identity),
    connect: (accessToken) =>
      world.options.connect(tenant.directoryId, {
        accessToken,
        signal: run.signal,
        log: (line) => report.log(line),
      }),
    credential: (stage) => askForCredential({ run, job: place.token, stage, report }),
    report,
    readAttachment: (type, name) => Promise.resolve(newest(run, type, name)?.content ?? null),
    signal: run.signal,
  };
}

const newest = ({ build }: Run, type: string, name: string): Attachment | undefined =>
  build.attachments.findLast(
    (attachment) =>
      attachment.timelineId === build.timelineId && attachment.type === type && attachment.name === name,
  );

function reporter(run: Run, { task, job }: JobPlace): Reporter {
  const { world, build } = run;
  return {
    log: (line) => appendLog(run, task, line),
    progress(percent, what) {
      for (const record of [task, job])
        changeRecord(world, build, { record, percentComplete: percent, currentOperation: what });
    },
    error(code, message) {
      appendLog(run, task, `##[error]${message}`);
      addIssue(world, build, {
        record: task,
        type: 'error',
        category: 'General',
        message,
        data: { type: 'error', code },
      });
    },
    attach({ type, name, content }) {
      const place = { timelineId: build.timelineId, recordId: task.id, type, name };
      build.attachments = build.attachments.filter((attachment) => !isAt(attachment, place));
      build.attachments.push({ ...place, content });
      buildChanged(world, build);
      return Promise.resolve();
    },
    publishArtifact(name, files) {
      const artifact = {
        id: build.artifacts.length + 1,
        name,
        recordId: job.id,
        files: Object.fromEntries(files),
      };
      build.artifacts = [...build.artifacts.filter((known) => known.name !== name), artifact];
      buildChanged(world, build);
      return Promise.resolve();
    },
    addTag(tag) {
      if (!build.tags.includes(tag)) build.tags.push(tag);
      buildChanged(world, build);
      return Promise.resolve();
    },
  };
}

const isAt = (attachment: Attachment, place: Omit<Attachment, 'content'>): boolean =>
  attachment.timelineId === place.timelineId &&
  attachment.recordId === place.recordId &&
  attachment.type === place.type &&
  attachment.name === place.name;
