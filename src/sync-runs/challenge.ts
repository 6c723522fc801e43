import type { ChallengeId, RunId, TenantId } from '../lib/ids.ts';

/** REPLACED: restarted, a newer code counts. FAILED: Entra refused in another way. */
export const CHALLENGE_STATUSES = ['OPEN', 'SIGNED_IN', 'DECLINED', 'EXPIRED', 'REPLACED', 'FAILED'] as const;
export type ChallengeStatus = (typeof CHALLENGE_STATUSES)[number];

/** A sign-in that a run waits for. */
export type Challenge = {
  id: ChallengeId;
  runId: RunId;
  tenantId: TenantId;
  status: ChallengeStatus;
  /** The user code, sealed with the program's keys and bound to this id. */
  sealedUserCode: string;
  verificationUri: string;
  message: string;
  expiresAt: Date;
  windowEndsAt: Date;
  createdAt: Date;
};
