import { describe, expect, it } from 'vitest';
import type { ApprovalObservation, RunObservation, StageObservation } from '../../src/azure-devops/port.ts';
import {
  canceledBy,
  deployBegan,
  observedApproval,
  observedEvent,
  observedOutcome,
} from '../../src/sync-runs/observed-event.ts';
import { observedError } from '../../src/sync-runs/observed-error.ts';

const AT = '2026-11-23T10:00:00.000Z';
/** An hour later: what Azure has not told by then, it will not tell. */
const NOW = new Date('2026-11-23T11:00:00.000Z');

function seen(more: Partial<RunObservation> = {}): RunObservation {
  return {
    buildId: 7,
    pipelineId: 1,
    runName: '20261123.1',
    phase: 'RUNNING',
    result: null,
    trigger: 'MANUAL',
    requestedFor: null,
    canceledBy: null,
    syncRequestId: null,
    comment: null,
    mode: 'FULL',
    tags: [],
    queuedAt: AT,
    startedAt: AT,
    finishedAt: null,
    changedAt: AT,
    webUrl: 'http://localhost/run',
    validationErrors: [],
    isDeleted: false,
    attempt: 1,
    stages: [],
    approvals: [],
    needsAuthorization: false,
    issues: [],
    hitTimeLimit: false,
    jobUrl: null,
    ...more,
  };
}

const stage = (name: StageObservation['stage'], state: StageObservation['state']): StageObservation => ({
  stage: name,
  state,
  attempt: 1,
  startedAt: state === 'PENDING' ? null : AT,
  completedAt: null,
});

const gate = (status: ApprovalObservation['status']): ApprovalObservation => ({
  approvalId: 'gate',
  buildId: 7,
  status,
  minRequired: 1,
  order: 'ANY',
  createdAt: AT,
  steps: [],
  blockedApproverIds: [],
});

const finished = (result: NonNullable<RunObservation['result']>, more: Partial<RunObservation> = {}) =>
  seen({ phase: 'FINISHED', result, finishedAt: AT, ...more });

const known = (
  status: Parameters<typeof observedEvent>[0]['status'],
  cancelRequestedAt: Date | null = null,
) => ({ status, cancelRequestedAt });

describe('an observation of an open run', () => {
  it.each([
    ['a queued build', 'STARTING', seen({ phase: 'QUEUED', startedAt: null }), null],
    ['a running build', 'STARTING', seen(), 'started'],
    [
      'a build that somebody cancels in Azure',
      'IN_PROGRESS',
      seen({ phase: 'CANCELING' }),
      'cancel_requested',
    ],
    ['a gate that waits', 'IN_PROGRESS', seen({ approvals: [gate('PENDING')] }), 'gate_opened'],
    [
      'a gate that is answered, before deploy runs',
      'PENDING_APPROVAL',
      seen({ approvals: [gate('APPROVED')] }),
      null,
    ],
    [
      'a deploy that runs behind its gate',
      'PENDING_APPROVAL',
      seen({ approvals: [gate('APPROVED')], stages: [stage('DEPLOY', 'RUNNING')] }),
      'gate_passed',
    ],
    [
      'a stage that still waits for a sign-in',
      'PENDING_AUTHENTICATION',
      seen({ stages: [stage('AUTHENTICATE', 'RUNNING')] }),
      null,
    ],
    [
      'a sign-in that got through',
      'PENDING_AUTHENTICATION',
      seen({ stages: [stage('AUTHENTICATE', 'SUCCEEDED')] }),
      'signed_in',
    ],
    [
      'an ending of a moment ago in a word that is not known',
      'IN_PROGRESS',
      finished('UNKNOWN', { finishedAt: '2026-11-23T10:50:00.000Z' }),
      null,
    ],
    [
      'an ending in a word that is still not known long after',
      'IN_PROGRESS',
      finished('UNKNOWN'),
      'finished_failed',
    ],
  ] as const)('reads %s in %s', (_what, status, observation, event) => {
    expect(observedEvent(known(status), observation, NOW)).toBe(event);
  });
});

describe('the outcome of a finished run', () => {
  it.each([
    ['success', finished('SUCCEEDED'), 'SUCCEEDED'],
    ['partial success', finished('PARTIALLY_SUCCEEDED'), 'PARTIALLY_SUCCEEDED'],
    ['failure', finished('FAILED'), 'FAILED'],
    [
      'a rejection, which Azure calls failed',
      finished('FAILED', { approvals: [gate('REJECTED')] }),
      'REJECTED',
    ],
    [
      'a gate that ran out, which Azure calls succeeded',
      finished('SUCCEEDED', { approvals: [gate('TIMED_OUT')] }),
      'APPROVAL_EXPIRED',
    ],
    [
      'a sign-in that nobody did',
      finished('FAILED', {
        issues: [{ stage: 'AUTHENTICATE', code: 'AUTHENTICATION_EXPIRED', message: 'Nobody signed in.' }],
      }),
      'AUTHENTICATION_EXPIRED',
    ],
    ['a time limit, which Azure calls canceled', finished('CANCELED', { hitTimeLimit: true }), 'TIMED_OUT'],
    ['a cancellation', finished('CANCELED'), 'CANCELED'],
  ] as const)('is read from %s', (_what, observation, outcome) => {
    expect(observedOutcome(known('IN_PROGRESS'), observation, NOW)).toBe(outcome);
  });

  it('is a cancellation when somebody asked for one, even if the time limit was hit as well', () => {
    expect(
      observedOutcome(known('CANCELING', new Date()), finished('CANCELED', { hitTimeLimit: true }), NOW),
    ).toBe('CANCELED');
  });

  it('is a rejection when one of several gates was rejected', () => {
    const approvals = [gate('REJECTED'), gate('APPROVED')];
    expect(observedOutcome(known('IN_PROGRESS'), finished('FAILED', { approvals }), NOW)).toBe('REJECTED');
  });

  it('is not concluded while Azure withholds the timeline, or tells of a gate in a word that is new', () => {
    const withoutTimeline = finished('FAILED');
    const withNewWord = finished('FAILED', {
      stages: [stage('DEPLOY', 'FAILED')],
      approvals: [gate('UNKNOWN')],
    });
    for (const observation of [withoutTimeline, withNewWord]) {
      expect(observedOutcome(known('PENDING_APPROVAL'), observation, new Date(AT))).toBeNull();
      expect(observedOutcome(known('PENDING_APPROVAL'), observation, NOW)).toBe('FAILED');
    }
    const neverPlanned = finished('FAILED', { validationErrors: ['Unexpected symbol'] });
    expect(observedOutcome(known('STARTING'), neverPlanned, new Date(AT))).toBe('FAILED');
  });

  it("says that Azure itself cancelled when no person's name is on it", () => {
    expect(canceledBy(known('IN_PROGRESS'), finished('CANCELED'))).toBe('SYSTEM');
    expect(
      canceledBy(known('IN_PROGRESS'), finished('CANCELED', { canceledBy: { id: 'a', displayName: 'Ada' } })),
    ).toBe('PERSON');
    expect(canceledBy(known('IN_PROGRESS'), finished('FAILED'))).toBeNull();
  });
});

describe('whether deploy began', () => {
  it.each([
    ['waits at the gate', [gate('PENDING')], 'WAITING', false],
    ['was rejected', [gate('REJECTED')], 'FAILED', false],
    ['was skipped', [], 'SKIPPED', false],
    ['runs', [gate('APPROVED')], 'RUNNING', true],
    ['failed half-way', [gate('APPROVED')], 'FAILED', true],
    ['runs without a gate', [], 'RUNNING', true],
  ] as const)('when its stage %s', (_what, approvals, state, began) => {
    expect(deployBegan(seen({ approvals: [...approvals], stages: [stage('DEPLOY', state)] }))).toBe(began);
  });
});

describe('the gate of a run', () => {
  it('tells how many have to approve and until when', () => {
    const approval = observedApproval(seen({ approvals: [gate('PENDING')] }), {
      selfApprovalAllowed: false,
      timeoutMinutes: 60,
    });
    expect(approval).toMatchObject({
      required: 1,
      given: 0,
      selfApprovalAllowed: false,
      expiresAt: '2026-11-23T11:00:00.000Z',
    });
  });

  it('is the one that is still to be decided when several were opened at once', () => {
    const named = (approvalId: string, status: ApprovalObservation['status']) => ({
      ...gate(status),
      approvalId,
    });
    const shown = (...approvals: ApprovalObservation[]) =>
      observedApproval(seen({ approvals }), null)?.approvalId;
    expect(shown(named('a', 'PENDING'), named('b', 'PENDING'))).toBe('a');
    expect(shown(named('a', 'APPROVED'), named('b', 'PENDING'), named('c', 'PENDING'))).toBe('b');
    expect(shown(named('a', 'REJECTED'), named('b', 'CANCELED'))).toBe('a');
    expect(shown(named('a', 'APPROVED'), named('b', 'APPROVED'))).toBe('b');
  });

  it('asks every listed approver when the check names no minimum', () => {
    const person = { id: 'a', displayName: 'Ada', isGroup: false };
    const step = {
      assignedTo: person,
      actualApprover: null,
      status: 'PENDING' as const,
      comment: null,
      decidedAt: null,
    };
    const open = {
      ...gate('PENDING'),
      minRequired: 0,
      steps: [step, { ...step, assignedTo: { ...person, id: 'b' } }],
    };
    expect(observedApproval(seen({ approvals: [open] }), null)?.required).toBe(2);
  });
});

describe('the error of a run', () => {
  const details = { attachment: null, deployBegan: false, at: new Date(AT) };

  it("is the pipeline's own whole message when it handed one over", () => {
    const attachment = {
      version: 1 as const,
      code: 'TENANT_UNAVAILABLE',
      message: 'Graph\nis away',
      stage: 'BACKUP' as const,
    };
    const issues = [{ stage: 'BACKUP' as const, code: null, message: 'Graph' }];
    expect(observedError(seen({ issues }), 'FAILED', { ...details, attachment })).toMatchObject({
      code: 'TENANT_UNAVAILABLE',
      message: 'Graph\nis away',
      stage: 'BACKUP',
    });
  });

  it('is the best issue of the timeline without one', () => {
    const issues = [
      { stage: 'BACKUP' as const, code: 'X', message: 'First' },
      { stage: null, code: null, message: 'Second' },
    ];
    expect(observedError(seen({ issues }), 'FAILED', details)).toMatchObject({ code: 'X', message: 'First' });
  });

  it('is what Azure says of an invalid pipeline that never ran', () => {
    const invalid = seen({ validationErrors: ['/azure-pipelines.yml: Unexpected value "stagez"'] });
    expect(observedError(invalid, 'FAILED', details)).toMatchObject({ code: 'INVALID_PIPELINE' });
  });

  it('is absent after good endings and a cancellation that wrote nothing', () => {
    expect(observedError(seen(), 'SUCCEEDED', details)).toBeNull();
    expect(observedError(seen(), 'REJECTED', details)).toBeNull();
    expect(observedError(seen(), 'CANCELED', details)).toBeNull();
  });

  it('says that nobody here knows the result, where that is so, and nothing of it after a rejection', () => {
    expect(observedError(finished('UNKNOWN'), 'FAILED', details)).toMatchObject({ code: 'UNKNOWN_RESULT' });
    expect(observedError(finished('FAILED'), 'FAILED', details)).toMatchObject({ code: 'FAILED' });
    expect(observedError(finished('UNKNOWN'), 'REJECTED', details)).toBeNull();
  });

  it('is partial when the run was cancelled while it wrote', () => {
    expect(observedError(seen(), 'CANCELED', { ...details, deployBegan: true })).toMatchObject({
      isPartial: true,
      code: 'CANCELED_WHILE_DEPLOYING',
    });
  });
});
