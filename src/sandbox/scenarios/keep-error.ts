import type { Behaviour } from '../contract.ts';
import type { RegisteredTenant } from '../registry.ts';
import type { Scenario, Theatre } from './theatre.ts';

/** Sandbox milliseconds that a tenant whose error somebody has cleared stays Idle. */
const REST_MS = 10 * 60_000;

const FAILURES: NonNullable<Behaviour['failStage']>[] = [
  {
    stage: 'BACKUP',
    code: 'Authorization_RequestDenied',
    message:
      'Insufficient privileges to complete the operation. The application needs DeviceManagementConfiguration.Read.All to read MSGraph:Intune:CompliancePolicies.\n' +
      'GET https://graph.microsoft.com/v1.0/deviceManagement/deviceCompliancePolicies answered 403 Forbidden.\n' +
      'Grant the permission in the tenant and sync again.',
  },
  {
    stage: 'PREVIEW',
    code: 'MissingReference',
    message:
      'The group "Contractors" is used by the conditional access policy "Require a compliant device for Office 365", but exists neither in the tenant nor in the repository.\n' +
      'Add Source/Resources/Content/MSGraph/Groups/Contractors.json, or remove the reference, and sync again.',
  },
];

/** New error: a failed sync. The next one that somebody starts succeeds, and after a rest it fails again. */
export const keepError: Scenario = async (theatre) => {
  const cast = theatre.cast('error');
  for (const tenant of cast) letTheNextSucceed(theatre, tenant);
  const isFailed = (tenant: RegisteredTenant) => theatre.newestRun(tenant)?.result === 'failed';
  const someStands = cast.some(isFailed) || cast.some((tenant) => theatre.isOpen(tenant));
  for (const [index, tenant] of cast.entries()) {
    if (isFailed(tenant) || !theatre.isFree(tenant)) continue;
    if (someStands && theatre.sincePhaseMs(tenant) < REST_MS) continue;
    await theatre.start(tenant, { failStage: FAILURES[index % FAILURES.length] });
    if (!someStands) return;
  }
};

function letTheNextSucceed(theatre: Theatre, tenant: RegisteredTenant): void {
  const { world } = theatre.parts;
  const planned = world.behaviourOf(tenant).failStage;
  const isOurs = FAILURES.some(({ message }) => message === planned?.message);
  if (isOurs && theatre.newestRun(tenant)?.phase === 'FINISHED') world.setBehaviour(tenant, {});
}
