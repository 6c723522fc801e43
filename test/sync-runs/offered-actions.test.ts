import { expect, test } from 'vitest';
import type { Role } from '../../src/access/permissions.ts';
import type { Viewer } from '../../src/access/viewer.ts';
import { refusalFor, SYNC_ACTIONS, type SyncAction } from '../../src/sync-runs/actions.ts';
import { offeredActions } from '../../src/sync-runs/offered-actions.ts';
import { SYNC_RUN_STATUSES, type SyncRun } from '../../src/sync-runs/sync-run.ts';
import { approval, as, challenge, facts, NOW, run, waiting } from './action-facts.ts';

/** What an admin may do with a manual run in each status: `yes`, or the reason why not. */
const MENU: Record<SyncRun['status'], Partial<Record<SyncAction, string>>> = {
  STARTING: {
    START_SYNC: 'SYNC_ALREADY_OPEN',
    CANCEL: 'yes',
    OPEN_IN_AZURE_DEVOPS: 'yes',
    AUTHENTICATE: 'WRONG_STATUS',
    APPROVE: 'WRONG_STATUS',
  },
  IN_PROGRESS: {
    START_SYNC: 'SYNC_ALREADY_OPEN',
    CANCEL: 'yes',
    OPEN_IN_AZURE_DEVOPS: 'yes',
    VIEW_JOB: 'WRONG_STATUS',
    REJECT: 'WRONG_STATUS',
  },
  PENDING_AUTHENTICATION: {
    START_SYNC: 'SYNC_ALREADY_OPEN',
    CANCEL: 'yes',
    AUTHENTICATE: 'yes',
    RESTART_AUTHENTICATION: 'yes',
    APPROVE: 'WRONG_STATUS',
  },
  PENDING_APPROVAL: {
    START_SYNC: 'SYNC_ALREADY_OPEN',
    CANCEL: 'WRONG_STATUS',
    REVIEW: 'yes',
    APPROVE: 'yes',
    REJECT: 'yes',
    REJECT_AND_REVERT: 'yes',
    AUTHENTICATE: 'WRONG_STATUS',
  },
  CANCELING: {
    START_SYNC: 'SYNC_ALREADY_OPEN',
    CANCEL: 'WRONG_STATUS',
    APPROVE: 'WRONG_STATUS',
    OPEN_IN_AZURE_DEVOPS: 'yes',
  },
  COMPLETED: {
    START_SYNC: 'yes',
    CANCEL: 'WRONG_STATUS',
    APPROVE: 'WRONG_STATUS',
    RETRY_REVERT: 'WRONG_STATUS',
    DOWNLOAD_LOGS: 'yes',
  },
};

test.each(SYNC_RUN_STATUSES)('In %s the menu offers what the table says', (status) => {
  const one = facts({
    run: run({ status, approval, outcome: status === 'COMPLETED' ? 'SUCCEEDED' : null }),
    challenge,
  });
  const offered = Object.fromEntries(
    SYNC_ACTIONS.map((action) => [action, refusalFor(action, one)?.reason ?? 'yes']),
  );
  expect(offered).toMatchObject(MENU[status]);
});

const PERMITTED: Record<Role, SyncAction[]> = {
  VIEWER: ['OPEN_IN_AZURE_DEVOPS', 'REVIEW'],
  OPERATOR: ['OPEN_IN_AZURE_DEVOPS', 'DOWNLOAD_LOGS', 'DOWNLOAD_ARTIFACTS', 'REVIEW'],
  APPROVER: [
    'OPEN_IN_AZURE_DEVOPS',
    'DOWNLOAD_LOGS',
    'DOWNLOAD_ARTIFACTS',
    'REVIEW',
    'APPROVE',
    'REJECT',
    'REJECT_AND_REVERT',
  ],
  ADMIN: [
    'OPEN_IN_AZURE_DEVOPS',
    'DOWNLOAD_LOGS',
    'DOWNLOAD_ARTIFACTS',
    'REVIEW',
    'APPROVE',
    'REJECT',
    'REJECT_AND_REVERT',
  ],
};

test.each(Object.entries(PERMITTED))(
  'A run that waits for a decision offers a %s what the role allows',
  (role, allowed) => {
    const viewer = as(...([role] as Role[]));
    const menu = offeredActions(facts({ run: waiting(), viewer }), (path) => `https://api.example${path}`);
    expect(menu.filter((entry) => entry.allowed).map((entry) => entry.action)).toEqual(allowed);
  },
);

test('Links carry their addresses, and only those that are allowed', () => {
  const failed = run({
    status: 'COMPLETED',
    outcome: 'FAILED',
    error: {
      code: 'X',
      message: 'm',
      stage: null,
      jobUrl: 'https://job',
      isPartial: false,
      occurredAt: NOW.toISOString(),
    },
  });
  const urls = (viewer: Viewer) =>
    Object.fromEntries(
      offeredActions(facts({ run: failed, viewer }), (path) => `https://api.example${path}`).map(
        ({ action, url }) => [action, url],
      ),
    );
  expect(urls(as('OPERATOR'))).toMatchObject({
    VIEW_JOB: 'https://job',
    DOWNLOAD_LOGS: `https://api.example/runs/${failed.id}/logs`,
    DOWNLOAD_ARTIFACTS: `https://api.example/runs/${failed.id}/artifacts`,
    OPEN_IN_AZURE_DEVOPS: 'https://dev.azure.com/run/12',
    START_SYNC: null,
  });
  expect(urls(as('VIEWER'))).toMatchObject({ VIEW_JOB: 'https://job', DOWNLOAD_LOGS: null });
});
