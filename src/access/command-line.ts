import type { Viewer } from './viewer.ts';

/** Whoever may write to the database itself, by a command: there is nobody to ask who it is. */
export const COMMAND_LINE: Viewer = {
  actor: { kind: 'SERVICE', id: 'command-line', displayName: 'A command on the server' },
  personId: 'command-line',
  isMachine: true,
  grants: { fleet: new Set(['ADMIN']), byTenant: new Map() },
  expiresAt: null,
};
