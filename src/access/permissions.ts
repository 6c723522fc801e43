export const ROLES = ['VIEWER', 'OPERATOR', 'APPROVER', 'ADMIN'] as const;
export type Role = (typeof ROLES)[number];

/** The one table of who may do what. `says` completes the sentence "You may not …". */
export const permissions = {
  readTenants: { roles: ['VIEWER', 'OPERATOR', 'APPROVER', 'ADMIN'], says: 'see tenants' },
  startSync: { roles: ['OPERATOR', 'ADMIN'], says: 'start a sync' },
  cancelSync: { roles: ['OPERATOR', 'ADMIN'], says: 'cancel a sync' },
  authenticate: { roles: ['OPERATOR', 'ADMIN'], says: 'sign in for a tenant' },
  readLogs: { roles: ['OPERATOR', 'APPROVER', 'ADMIN'], says: 'read logs and artifacts' },
  decide: { roles: ['APPROVER', 'ADMIN'], says: 'approve or reject changes' },
  revert: { roles: ['APPROVER', 'ADMIN'], says: 'revert changes' },
  force: { roles: ['ADMIN'], says: 'force an action' },
  setPolicy: { roles: ['ADMIN'], says: "change a tenant's policies" },
  grantRoles: { roles: ['ADMIN'], says: 'see, grant or withdraw roles' },
  manageKeys: { roles: ['ADMIN'], says: 'see, create or revoke keys' },
  manageWebHooks: { roles: ['ADMIN'], says: 'see or manage web hooks' },
  readAudit: { roles: ['ADMIN'], says: 'read the audit log' },
} as const satisfies Record<string, { roles: readonly Role[]; says: string }>;

export type Permission = keyof typeof permissions;
