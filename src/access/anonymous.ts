import { NO_GRANTS, type Viewer } from './viewer.ts';

/** Nobody: may see and do nothing. */
export const ANONYMOUS: Viewer = {
  actor: { kind: 'PERSON', id: 'anonymous', displayName: 'Nobody' },
  personId: 'anonymous',
  isMachine: true,
  grants: NO_GRANTS,
  expiresAt: null,
};
