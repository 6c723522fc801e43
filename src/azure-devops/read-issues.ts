/** Pure: the timeline's records → errors, best first, and where to look at them. */
import { SYNC_STAGES } from '../pipeline/contract.ts';
import type { RunObservation } from './port.ts';
import { lineage, stageAbove } from './read-stages.ts';
import type { WireRecord } from './wire.ts';

type Issue = RunObservation['issues'][number];

/** Sentences that only say that something failed; each loses against any other. */
const GENERIC = [
  /^(power\s?shell|pwsh|bash|cmd\.exe|script|process|shell)\b.*\bexit(ed)?\b.*\bcode\b/i,
  /^the process '.*' failed with exit code \d+/i,
  /^exit code -?\d+ returned from process/i,
  /^the operation was cancell?ed\.?$/i,
  /^the job was cancell?ed/i,
  /^(job|stage|phase|task) .* (failed|was cancell?ed)\.?$/i,
  /^there were errors\b/i,
];

/** Azure's sentences for its own two limits: the job's timeout, and the organisation's minutes. */
const TIME_LIMIT = [/ran longer than the maximum time/i, /exceeded the maximum allowed time/i];

export function readIssues(records: WireRecord[]): Issue[] {
  const errors = records.flatMap((record) =>
    (record.issues ?? [])
      .filter((issue) => issue.type === 'error' && issue.message)
      .map((issue): Issue => ({
        stage: stageAbove(record, records),
        code: codeOf(issue.data),
        message: (issue.message ?? '').trim(),
      })),
  );
  return withoutRepeats(errors).sort((a, b) => rank(a) - rank(b) || stageOrder(a) - stageOrder(b));
}

export const hitTimeLimit = (records: WireRecord[]) =>
  records.some((record) =>
    (record.issues ?? []).some((issue) => TIME_LIMIT.some((sentence) => sentence.test(issue.message ?? ''))),
  );

/** Azure's page of the step that failed, or of its job; null when nothing failed. */
export function jobAddress(records: WireRecord[], webUrl: string): string | null {
  // What was cancelled was cancelled because of what failed, and a step says more than its job.
  const step =
    records.find((record) => record.type === 'Task' && endedAs(record, ['failed'])) ??
    records.find((record) => record.type === 'Job' && endedAs(record, ['failed'])) ??
    records.find((record) => record.type === 'Task' && endedAs(record, STOPPED)) ??
    records.find((record) => record.type === 'Job' && endedAs(record, STOPPED));
  const job = step && lineage(step, records).find((record) => record.type === 'Job');
  if (!step || !job) return null;
  const task = step.type === 'Task' ? `&t=${encodeURIComponent(step.id)}` : '';
  return `${webUrl}&view=logs&j=${encodeURIComponent(job.id)}${task}`;
}

/** 0: an own code, 1: own words, 2: says nothing. */
function rank({ code, message }: Issue): number {
  if (GENERIC.some((sentence) => sentence.test(message))) return 2;
  return code === null ? 1 : 0;
}

const stageOrder = ({ stage }: Issue) => (stage ? SYNC_STAGES.indexOf(stage) : SYNC_STAGES.length);

const STOPPED = ['canceled', 'abandoned'];

const endedAs = ({ state, result }: WireRecord, words: string[]) =>
  state === 'completed' && words.includes(result ?? '');

function codeOf(data: Record<string, unknown> | null | undefined): string | null {
  const code = data?.['code'];
  return typeof code === 'string' && code !== '' ? code : null;
}

/** Azure repeats a step's error on its job. */
function withoutRepeats(issues: Issue[]): Issue[] {
  return issues.filter((issue, index) => {
    const twin = issues.findIndex((other) => other.message === issue.message && other.stage === issue.stage);
    const better = issues.findIndex(
      (other) => other.message === issue.message && other.stage === issue.stage && other.code !== null,
    );
    return index === (better >= 0 ? better : twin);
  });
}
