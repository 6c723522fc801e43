/** Objects refer to each other by id in Graph; the simulated tenants keep names, so that a reset finds its way. */
import { isJsonObject, type Json, type JsonObject } from '../../pipeline/canonical-json.ts';
import { type ObjectName, referenceTo, replaceReferences } from '../../pipeline/references.ts';
import { idFrom } from '../tenants/configuration/profile.ts';
import { findObject, keyOf, type TenantState } from '../tenants/tenant-state.ts';

/** Whoever makes an object of this type says which id it has. */
const CHOOSING_TYPE = 'MSGraph:ConditionalAccess:AuthenticationContexts';
const GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

export function idOf(tenant: TenantState, name: ObjectName): string {
  const { configurationType, displayName } = name;
  const key = keyOf(configurationType, displayName);
  if (configurationType !== CHOOSING_TYPE) return (tenant.ids[key] ??= idFrom(tenant.directoryId, key));
  const chosen = findObject(tenant, configurationType, displayName)?.properties.id;
  return typeof chosen === 'string' ? chosen : key;
}

/** As Graph shows it. */
export const withIds = (tenant: TenantState, value: Json): Json =>
  mapTexts(value, (text) => replaceReferences(text, (name) => idOf(tenant, name)));

/** As it is kept. Ids of what is not kept here (roles, users) stay. */
export function withNames(tenant: TenantState, value: Json): Json {
  const names = new Map(tenant.objects.map((object) => [idOf(tenant, object).toLowerCase(), object]));
  return mapTexts(value, (text) =>
    text.replace(GUID, (id) => {
      const object = names.get(id.toLowerCase());
      return object ? referenceTo(object) : id;
    }),
  );
}

function mapTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  return isJsonObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapTexts(member, change)]))
    : value;
}

/** Every id that a body holds. */
export function idsIn(value: Json): string[] {
  const found: string[] = [];
  mapTexts(value, (text) => {
    found.push(...(text.match(GUID) ?? []).map((id) => id.toLowerCase()));
    return text;
  });
  return found;
}

export const asObject = (value: Json): JsonObject => (isJsonObject(value) ? value : {});
