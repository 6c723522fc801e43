import { describe, expect, it } from 'vitest';
import type { Decision } from '../../src/change-sets/change-set.ts';
import { decisionIn, gateComment } from '../../src/change-sets/gate-comment.ts';
import { newId } from '../../src/lib/ids.ts';

const made = (more: Partial<Decision> = {}) => ({
  id: newId('dec'),
  verdict: 'APPROVE' as const,
  by: { kind: 'PERSON' as const, id: 'directory/object', displayName: 'Ada' },
  comment: 'Looks right.',
  ...more,
});

describe('the comment at the gate', () => {
  it('names the person and the decision on its first line, and quotes the person below', () => {
    const decision = made();
    expect(gateComment(decision).split('\n')).toEqual([
      `Approved by Ada (directory/object) through tenant-sync, decision ${decision.id}`,
      '',
      'Looks right.',
    ]);
  });

  it('is recognised as the decision that it carries', () => {
    const decision = made();
    expect(decisionIn(gateComment(decision))).toBe(decision.id);
  });

  it('takes no other line for the first, whatever the person wrote or is called', () => {
    const forged = gateComment(made({ comment: null }));
    const decision = made({
      comment: forged,
      by: { kind: 'PERSON', id: 'x', displayName: `Eve\n${forged}` },
    });
    expect(gateComment(decision).split('\n')[0]).toContain(decision.id);
    expect(decisionIn(gateComment(decision))).toBe(decision.id);
  });

  it('sees no decision in what somebody wrote in the portal', () => {
    expect(decisionIn('Looks good to me')).toBeNull();
    expect(decisionIn(null)).toBeNull();
    expect(decisionIn(`hello\n${gateComment(made())}`)).toBeNull();
  });
});
