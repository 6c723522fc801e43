/** The command of a stage, as the simulated agent runs it: the environment that it gets, and what its lines do. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { WAITING_FOR_SIGN_IN } from '../../../agent/credential.ts';
import type { Environment } from '../../../agent/job.ts';
import { type LoggingCommand, parseCommand } from '../../../agent/logging-commands.ts';
import { MODE_PARAMETERS, type SyncStage } from '../../../pipeline/contract.ts';
import type { StageOutcome } from '../../../pipeline/stage.ts';
import type { Attachment, TimelineRecord } from '../build.ts';
import { organizationUrl, projectById, projectUrl } from '../http/links.ts';
import { buildChanged, type RunningJob } from '../world.ts';
import { appendLog } from './log.ts';
import { modeOf, setPhase, type Run } from './run.ts';
import { addIssue, changeRecord } from './timeline.ts';

/** Where in the timeline a stage's code runs, and the token that it has while it does. */
export type JobPlace = { stage: SyncStage; job: TimelineRecord; task: TimelineRecord; token: RunningJob };

export function jobEnvironment({ world, build, tenant }: Run, { token }: JobPlace): Environment {
  const { options } = world;
  const project = projectById(world, build.projectId);
  const plan = `${projectUrl(world, project)}/_apis/distributedtask/hubs/build/plans/${build.planId}`;
  return {
    ...tenant.behaviour.variables,
    SYSTEM_ACCESSTOKEN: token.token,
    SYSTEM_COLLECTIONURI: `${organizationUrl(world, project.organization)}/`,
    SYSTEM_TEAMPROJECTID: project.id,
    SYSTEM_OIDCREQUESTURI: `${plan}/jobs/${token.jobId}/oidctoken`,
    BUILD_BUILDID: String(build.id),
    BUILD_REPOSITORY_ID: tenant.repositoryId,
    BUILD_SOURCEVERSION: build.sourceVersion,
    AZURESUBSCRIPTION_SERVICE_CONNECTION_ID: tenant.serviceConnectionId,
    AGENT_TEMPDIRECTORY: join(options.dataFolder, 'agents', String(build.id)),
    TENANT_SYNC_API: options.apiUrl(),
    TENANT_SYNC_GRAPH: options.graphUrl(),
    TENANT_SYNC_ENTRA: options.entraUrl(),
    TENANT_SYNC_REQUEST: build.templateParameters.syncRequestId,
    TENANT_SYNC_MODE: MODE_PARAMETERS[modeOf(build)],
  };
}

export type AgentOutput = {
  write: (line: string) => void;
  /** What the lines say of the stage's end. */
  outcome: StageOutcome;
};

export function agentOutput(run: Run, place: JobPlace): AgentOutput {
  const outcome: StageOutcome = { succeeded: true };
  const obey = ({ name, properties, text }: LoggingCommand) => {
    switch (name) {
      case 'task.setprogress':
        return showProgress(run, place, Number(properties.value), text);
      case 'task.logissue':
        return showIssue(run, place, text, properties.code ?? '');
      case 'task.addattachment':
        return attach(run, place, { type: properties.type ?? '', name: properties.name ?? '', path: text });
      case 'artifact.upload':
        return upload(run, place, properties.artifactname ?? '', text);
      case 'build.addbuildtag':
        return addTag(run, text);
      case 'task.setvariable':
        if (properties.variable === 'changesNeeded') outcome.changesNeeded = text === 'true';
        return;
      case 'task.complete':
        if (properties.result === 'SucceededWithIssues') outcome.withIssues = true;
        return;
    }
  };
  return {
    outcome,
    write(line) {
      const command = parseCommand(line);
      if (command) obey(command);
      else appendLog(run, place.task, line);
    },
  };
}

function showProgress(run: Run, { task, job }: JobPlace, percent: number, what: string): void {
  setPhase(run, what === WAITING_FOR_SIGN_IN ? 'WAITING_FOR_SIGN_IN' : 'RUNNING');
  for (const record of [task, job])
    changeRecord(run.world, run.build, { record, percentComplete: percent, currentOperation: what });
}

function showIssue(run: Run, { task }: JobPlace, message: string, code: string): void {
  appendLog(run, task, `##[error]${message}`);
  const data = { type: 'error', code };
  addIssue(run.world, run.build, { record: task, type: 'error', category: 'General', message, data });
}

type File = { type: string; name: string; path: string };

function attach({ world, build }: Run, { task }: JobPlace, { type, name, path }: File): void {
  const place = { timelineId: build.timelineId, recordId: task.id, type, name };
  build.attachments = build.attachments.filter((attachment) => !isAt(attachment, place));
  build.attachments.push({ ...place, content: readFileSync(path, 'utf8') });
  buildChanged(world, build);
}

const isAt = (attachment: Attachment, place: Omit<Attachment, 'content'>): boolean =>
  attachment.timelineId === place.timelineId &&
  attachment.recordId === place.recordId &&
  attachment.type === place.type &&
  attachment.name === place.name;

function upload({ world, build }: Run, { job }: JobPlace, name: string, path: string): void {
  const known = build.artifacts.find((artifact) => artifact.name === name);
  const files = { ...known?.files, [basename(path)]: readFileSync(path, 'utf8') };
  const artifact = known ?? { id: build.artifacts.length + 1, name, recordId: job.id, files };
  build.artifacts = [...build.artifacts.filter((other) => other !== known), { ...artifact, files }];
  buildChanged(world, build);
}

function addTag({ world, build }: Run, tag: string): void {
  if (!build.tags.includes(tag)) build.tags.push(tag);
  buildChanged(world, build);
}
