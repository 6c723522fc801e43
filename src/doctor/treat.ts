/** Creates what is missing, as far as it can be created, and looks again. */
import { messageOf } from '../lib/errors.ts';
import { examine } from './examine.ts';
import type { Finding } from './finding.ts';
import type { Practice } from './practice.ts';

/** `problem` null: it was done. */
export type Treatment = Pick<Finding, 'subject' | 'check'> & { what: string; problem: string | null };

/** An environment comes before its gate, a file before its pipeline, a pipeline before its permissions. */
const MOST_ROUNDS = 5;

export async function treat(practice: Practice): Promise<{ findings: Finding[]; treatments: Treatment[] }> {
  const treatments: Treatment[] = [];
  let findings = await examine(practice);
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const tried = new Set(treatments.filter(({ problem }) => problem !== null).map(keyOf));
    const curable = findings.filter((finding) => finding.fix && !tried.has(keyOf(finding)));
    if (curable.length === 0) break;
    for (const finding of curable) treatments.push(...(await cure(practice, finding)));
    findings = await examine(practice);
  }
  return { findings, treatments };
}

const keyOf = ({ subject, check }: Pick<Finding, 'subject' | 'check'>) => `${subject} ${check}`;

async function cure(practice: Practice, { subject, check, fix }: Finding): Promise<Treatment[]> {
  if (!fix) return [];
  practice.onProgress(`${subject}: ${check}`);
  try {
    await fix.apply();
    return [{ subject, check, what: fix.what, problem: null }];
  } catch (error) {
    return [{ subject, check, what: fix.what, problem: messageOf(error) }];
  }
}
