/** Changes to a tenant that no pipeline makes: somebody is in the admin center. */
import { type Json, isPlainObject } from '../../pipeline/canonical-json.ts';
import type { ConfigurationObject } from '../../pipeline/stage.ts';
import { findObject, type TenantState, writeObject } from './tenant-state.ts';

export type Drift =
  | { kind: 'set'; configurationType: string; displayName: string; property: string; value: Json }
  | { kind: 'add'; configurationType: string; displayName: string; properties: Record<string, Json> }
  | { kind: 'remove'; configurationType: string; displayName: string }
  /** Switches the state of some policy, another one each time. */
  | { kind: 'any' };

/** Thrown when a drift names what is not there; the message says what is. */
export class DriftImpossible extends Error {}

/** Returns the object as it is now, as it was for a removal. */
export function applyDrift(tenant: TenantState, drift: Drift, at: Date): ConfigurationObject {
  switch (drift.kind) {
    case 'any':
      return applyDrift(tenant, switchOf(tenant), at);
    case 'add': {
      const { configurationType, displayName, properties } = drift;
      if (findObject(tenant, configurationType, displayName)) {
        throw new DriftImpossible(
          `The tenant already has ${configurationType} "${displayName}": choose another name or use "set".`,
        );
      }
      const object = { configurationType, displayName, properties: { displayName, ...properties } };
      writeObject(tenant, { action: 'created', object, by: 'drift', at });
      return object;
    }
    case 'remove': {
      const object = objectOf(tenant, drift);
      writeObject(tenant, { action: 'removed', object, by: 'drift', at });
      return object;
    }
    case 'set': {
      const object = structuredClone(objectOf(tenant, drift));
      setProperty(object, drift.property, drift.value);
      writeObject(tenant, { action: 'updated', object, by: 'drift', at });
      return object;
    }
  }
}

function objectOf(
  tenant: TenantState,
  name: { configurationType: string; displayName: string },
): ConfigurationObject {
  const object = findObject(tenant, name.configurationType, name.displayName);
  if (object) return object;
  const others = tenant.objects.filter(
    ({ configurationType }) => configurationType === name.configurationType,
  );
  throw new DriftImpossible(
    `The tenant has no ${name.configurationType} "${name.displayName}". ` +
      (others.length > 0
        ? `It has: ${others.map(({ displayName }) => `"${displayName}"`).join(', ')}.`
        : `It has these types: ${[...new Set(tenant.objects.map(({ configurationType }) => configurationType))].join(', ')}.`),
  );
}

/** `property` is a path of keys with dots: `conditions.users.excludeGroups`. */
function setProperty(object: ConfigurationObject, property: string, value: Json): void {
  const steps = property.split('.');
  const last = steps.pop() ?? '';
  let holder = object.properties;
  for (const step of steps) {
    const next = Object.hasOwn(holder, step) ? holder[step] : undefined;
    if (!isPlainObject(next)) {
      throw new DriftImpossible(
        `"${object.displayName}" has no property "${property}": "${step}" holds no properties.`,
      );
    }
    holder = next;
  }
  Object.defineProperty(holder, last, { value, enumerable: true, writable: true, configurable: true });
}

function switchOf(tenant: TenantState): Drift {
  const policies = tenant.objects.filter(
    ({ properties }) => properties.state === 'enabled' || properties.state === 'disabled',
  );
  const policy = policies[tenant.ledger.length % Math.max(1, policies.length)];
  if (!policy)
    throw new DriftImpossible(
      'The tenant has no policy with a state to switch: use "set", "add" or "remove".',
    );
  const value = policy.properties.state === 'enabled' ? 'disabled' : 'enabled';
  return {
    kind: 'set',
    configurationType: policy.configurationType,
    displayName: policy.displayName,
    property: 'state',
    value,
  };
}
