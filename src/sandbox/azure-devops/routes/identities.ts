import { list } from '../http/answer.ts';
import { commaList } from '../http/enum-words.ts';
import type { AzureRoute, Call } from '../http/router.ts';
import { organizationUrl } from '../http/links.ts';
import { identityRef, type Identity } from '../identity.ts';

export const identityRoutes: readonly AzureRoute[] = [
  { method: 'GET', pattern: 'identities', handle: readIdentities },
];

/** Whoever may approve something, and the caller. */
function knownTo({ world, caller }: Call): Identity[] {
  const approvers = world.state.checks.flatMap(({ settings }) => settings.approvers);
  return [...approvers, caller.identity].filter(({ id }) => !world.state.removedIdentityIds.includes(id));
}

/** An id that nobody has is answered with null in its place; a name that nobody has with nothing. */
function readIdentities(call: Call) {
  const { request } = call;
  const known = knownTo(call);
  const wire = (identity: Identity | undefined) => (identity ? identityWire(call, identity) : null);
  const ids = commaList(request.query('identityIds'));
  if (ids.length > 0) return list(ids.map((id) => wire(known.find((one) => one.id === id.toLowerCase()))));
  const wanted = request.query('filterValue')?.toLowerCase() ?? '';
  const found = known.filter(({ displayName, uniqueName }) =>
    [displayName.toLowerCase(), uniqueName.toLowerCase()].includes(wanted),
  );
  return list([...new Map(found.map((one) => [one.id, one])).values()].map(wire));
}

function identityWire(call: Call, identity: Identity) {
  const { id, displayName, uniqueName, kind } = identity;
  const isGroup = kind === 'group';
  const asksMembers = !['none', '0', ''].includes(call.request.query('queryMembership')?.toLowerCase() ?? '');
  return {
    id,
    descriptor: `Microsoft.IdentityModel.Claims.ClaimsIdentity;${uniqueName}`,
    subjectDescriptor: identityRef(identity, organizationUrl(call.world, call.organization)).descriptor,
    providerDisplayName: displayName,
    isActive: true,
    isContainer: isGroup,
    // Nobody is kept as a member here: whoever asks is taken for one, as at the gates.
    memberIds: isGroup && asksMembers ? [call.caller.identity.id] : [],
    members: [],
    memberOf: [],
    properties: { Account: { $type: 'System.String', $value: uniqueName } },
  };
}
