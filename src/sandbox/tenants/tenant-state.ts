import { randomUUID } from 'node:crypto';
import type { ConfigurationObject } from '../../pipeline/stage.ts';

/** One simulated Microsoft 365 tenant, as it is kept. */
export type TenantState = {
  directoryId: string;
  displayName: string;
  domain: string;
  /** What it began with; a reset brings it back. */
  initial: ConfigurationObject[];
  objects: ConfigurationObject[];
  /** Oldest first. */
  ledger: TenantLedgerEntry[];
  /** Objects that refuse to be written, by their key, with the message. */
  refusals: Record<string, string>;
  /** Ids that the directory gave, by key; an object that has none yet gets one when it is asked for. */
  ids: Record<string, string>;
};

/** A write that really happened in a tenant, whatever anybody says about it. */
export type TenantLedgerEntry = {
  /** RFC 3339. */
  at: string;
  directoryId: string;
  action: 'created' | 'updated' | 'removed';
  configurationType: string;
  displayName: string;
  /** The app or the person: `pipeline` wrote through a credential, `drift` is somebody in the admin center. */
  by: string;
};

/** Enough to see what the last days did; a tenant that drifts for weeks must not fill the disk. */
const LEDGER_LIMIT = 2000;

export const keyOf = (configurationType: string, displayName: string) =>
  `${configurationType}/${displayName}`;

export const findObject = (tenant: TenantState, configurationType: string, displayName: string) =>
  tenant.objects.find(
    (object) => object.configurationType === configurationType && object.displayName === displayName,
  ) ?? null;

export type Write = {
  action: TenantLedgerEntry['action'];
  object: ConfigurationObject;
  by: string;
  at: Date;
};

/** Writes one object, or throws in the words of a directory that refuses. */
export function writeObject(tenant: TenantState, { action, object, by, at }: Write): void {
  const { configurationType, displayName } = object;
  const present = findObject(tenant, configurationType, displayName);
  const what = `${configurationType} "${displayName}"`;
  const refusal = tenant.refusals[keyOf(configurationType, displayName)];
  if (refusal !== undefined && by !== 'drift') throw new Error(refusal);
  if (action === 'created' && present)
    throw new Error(`Another object with the same name already exists: ${what}.`);
  if (action !== 'created' && !present)
    throw new Error(`The tenant has no ${what}: Request_ResourceNotFound.`);
  tenant.objects = tenant.objects.filter((other) => other !== present);
  if (action !== 'removed') tenant.objects.push(structuredClone(object));
  // An object that is made again under the same name is another object.
  if (action !== 'updated') tenant.ids[keyOf(configurationType, displayName)] = randomUUID();
  tenant.ledger.push({
    at: at.toISOString(),
    directoryId: tenant.directoryId,
    action,
    configurationType,
    displayName,
    by,
  });
  tenant.ledger.splice(0, Math.max(0, tenant.ledger.length - LEDGER_LIMIT));
}
