import { type Id, type IdPrefix, isId } from '../lib/ids.ts';
import { badInput } from './user-error.ts';

/** Where a client finds ids of that kind. */
const SOURCES: Record<IdPrefix, string> = {
  ten: "a tenant's id, from the query tenants",
  run: "a sync run's id, from a tenant's latestRun or from syncRuns",
  cs: "a change set's id, from a run's changeSet",
  chg: "a change's id, from a change set's changes",
  dec: "a decision's id, from a run's decisions",
  rev: "a revert's id, from a run's revert",
  chl: "a challenge's id",
  evt: "an event's id",
  key: "a key's id, from the query apiKeys",
  grt: "a grant's id, from the query roleGrants",
  whk: "a web hook's id, from the query webHooks",
  whs: "a web hook's secret's id",
  dlv: "a delivery's id, from a web hook's deliveries",
};

export const malformedId = (text: string, prefix: IdPrefix) =>
  `"${text.slice(0, 60)}" is not ${SOURCES[prefix]}. Such ids look like ${prefix}_0193…, with 32 hexadecimal digits.`;

/** An id from a query's argument. Throws a BAD_USER_INPUT error when its shape is wrong. */
export function parseId<Prefix extends IdPrefix>(text: string, prefix: Prefix): Id<Prefix> {
  if (!isId(text, prefix)) throw badInput(malformedId(text, prefix));
  return text;
}
