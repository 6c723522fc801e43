import type { Log, TimelineRecord } from '../build.ts';
import { buildChanged, nowOf } from '../world.ts';
import type { Run } from './run.ts';
import { changeRecord } from './timeline.ts';

/** Gives the record a log of its own. */
export function openLog(run: Run, record: TimelineRecord): void {
  const { world, build } = run;
  const at = nowOf(world);
  const log: Log = {
    id: build.logs.length + 1,
    recordId: record.id,
    createdOn: at,
    lastChangedOn: at,
    lines: [],
  };
  build.logs.push(log);
  changeRecord(world, build, { record, logId: log.id });
}

/** Adds to the record's log and to its job's, as an agent does. */
export function appendLog(run: Run, record: TimelineRecord, text: string): void {
  const { world, build } = run;
  const at = nowOf(world);
  const parent = build.records.find(({ id }) => id === record.parentId);
  for (const { logId } of [record, parent ?? record].slice(0, parent ? 2 : 1)) {
    const log = build.logs.find(({ id }) => id === logId);
    if (!log) continue;
    log.lastChangedOn = at;
    log.lines.push(...text.split('\n').map((line) => `${at} ${line}`));
  }
  buildChanged(world, build);
}
