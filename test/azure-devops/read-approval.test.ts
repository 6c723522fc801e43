import { describe, expect, it } from 'vitest';
import { approval } from './wire-fixtures.ts';

describe('an approval is read', () => {
  it.each([
    ['pending', 'PENDING'],
    ['uninitiated', 'PENDING'],
    ['deferred', 'PENDING'],
    ['approved', 'APPROVED'],
    ['rejected', 'REJECTED'],
    ['timedOut', 'TIMED_OUT'],
    ['canceled', 'CANCELED'],
    ['skipped', 'SKIPPED'],
    ['failed', 'UNKNOWN'],
    ['undefined', 'UNKNOWN'],
    ['brandNew', 'UNKNOWN'],
  ])('status %s as %s', (status, expected) => {
    expect(approval({ status }).status).toBe(expected);
  });

  it('with its run as number, as text, or not at all', () => {
    const ownerOf = (pipeline: unknown) => approval({ pipeline }).buildId;
    expect(ownerOf({ owner: { id: 41 } })).toBe(41);
    expect(ownerOf({ owner: { id: '41' } })).toBe(41);
    expect(ownerOf({ owner: { id: 'a1b2' } })).toBeNull();
    expect(ownerOf({ owner: {} })).toBeNull();
    expect(ownerOf(null)).toBeNull();
    expect(ownerOf(undefined)).toBeNull();
  });

  it('with who was asked, who decided, and when', () => {
    const seen = approval({
      executionOrder: 'inSequence',
      minRequiredApprovers: 2,
      blockedApprovers: [{ id: 'u9' }],
      steps: [
        {
          assignedApprover: { id: 'g1', displayName: '[Fleet]\\Approvers', isContainer: true },
          actualApprover: { id: 'u2', displayName: 'Grace Hopper' },
          status: 'approved',
          comment: 'fine',
          lastModifiedOn: '2026-11-23T10:07:00Z',
        },
        {
          assignedApprover: { id: 'u3', displayName: null, uniqueName: 'kay@contoso.com' },
          status: 'uninitiated',
          comment: '',
          lastModifiedOn: '2026-11-23T10:05:00Z',
        },
      ],
    });
    expect(seen).toEqual({
      approvalId: 'approval-1',
      buildId: null,
      status: 'PENDING',
      minRequired: 2,
      order: 'IN_SEQUENCE',
      createdAt: '2026-11-23T10:05:00Z',
      blockedApproverIds: ['u9'],
      steps: [
        {
          assignedTo: { id: 'g1', displayName: '[Fleet]\\Approvers', isGroup: true },
          actualApprover: { id: 'u2', displayName: 'Grace Hopper' },
          status: 'APPROVED',
          comment: 'fine',
          decidedAt: '2026-11-23T10:07:00Z',
        },
        {
          assignedTo: { id: 'u3', displayName: 'kay@contoso.com', isGroup: false },
          actualApprover: null,
          status: 'PENDING',
          comment: null,
          decidedAt: null,
        },
      ],
    });
  });
});
