import { enumOf } from '../graphql/enums.ts';
import type { GateState, TenantStatus } from './tenant.ts';
import type { TenantOrderField } from './tenants.ts';

export const TenantStatusEnum = enumOf<TenantStatus>(
  'TenantStatus',
  "The seven words of the status column: what the tenant's newest sync says about it.",
  {
    NOT_RUN: 'The tenant was never synced, or every sync of it was cancelled before it wrote anything.',
    IDLE: 'The last sync ended well, or its changes were rejected; none is running.',
    STARTING: 'A sync was started and waits for an agent of Azure DevOps.',
    IN_PROGRESS: 'A sync is running, or being stopped.',
    NEW_ERROR: "The last sync went wrong; the run's error says how.",
    PENDING_AUTHENTICATION:
      "A sync waits for somebody to sign in to the tenant; the run's authentication has the code.",
    PENDING_APPROVAL:
      'A sync has listed its changes and waits for a decision. Nothing was written to the tenant.',
  },
);

export const GateStateEnum = enumOf<GateState>(
  'GateState',
  'Whether Azure DevOps holds the tenant’s syncs before they write.',
  {
    PRESENT: 'Azure DevOps asks for an approval before a sync writes.',
    MISSING: 'Approval is required and Azure DevOps has no gate: syncs cannot be started.',
    NOT_REQUIRED: 'Approval is not required for this tenant.',
  },
);

export const TenantOrderFieldEnum = enumOf<TenantOrderField>(
  'TenantOrderField',
  'What tenants are ordered by.',
  {
    DISPLAY_NAME: 'The display name.',
    STATUS:
      'How much the status asks for a person: sign-ins, decisions and errors come first when ascending; then the display name.',
    STATUS_SINCE: 'How long the status has been what it is: the longest first when ascending.',
  },
);

export const OrderDirectionEnum = enumOf<'ASC' | 'DESC'>(
  'OrderDirection',
  'Which end of an order comes first.',
  {
    ASC: 'The smallest, earliest or most urgent first.',
    DESC: 'The largest, latest or least urgent first.',
  },
);
