import { isId, type DecisionId } from '../lib/ids.ts';
import type { Decision } from './change-set.ts';

/**
 * What Azure DevOps records with an answer to a gate. The first line names the person and carries the decision's id;
 * what the person wrote stands below it, so no comment can pass itself off as that line.
 */
export function gateComment(decision: Pick<Decision, 'id' | 'verdict' | 'by' | 'comment'>): string {
  const verb = decision.verdict === 'APPROVE' ? 'Approved' : 'Rejected';
  const name = decision.by.displayName.replaceAll(/\s+/g, ' ').trim();
  const first = `${verb} by ${name} (${decision.by.id}) through tenant-sync, decision ${decision.id}`;
  return decision.comment ? `${first}\n\n${decision.comment}` : first;
}

/** The decision that an answer in Azure DevOps stands for; null when somebody else gave that answer. */
export function decisionIn(comment: string | null): DecisionId | null {
  const [first = ''] = (comment ?? '').split('\n', 1);
  const id = / through tenant-sync, decision (dec_[0-9a-f]{32})$/.exec(first)?.[1];
  return id && isId(id, 'dec') ? id : null;
}
