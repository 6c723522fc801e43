import { z } from 'zod';
import { badRequest, notFound } from '../azure-error.ts';
import { json, list, noContent } from '../http/answer.ts';
import { param, projectOf, type AzureRoute, type Call } from '../http/router.ts';
import { organizationUrl, projectUrl } from '../http/links.ts';
import { AZURE_DEVOPS, identityRef, type Identity } from '../identity.ts';
import type { ApprovalSettings, CheckConfiguration } from '../model.ts';
import { nextNumber, nowOf, worldChanged } from '../world.ts';

const CHECKS = 'pipelines/checks/configurations';

export const checkRoutes: readonly AzureRoute[] = [
  { method: 'GET', pattern: CHECKS, handle: listChecks },
  { method: 'POST', pattern: CHECKS, handle: addCheck },
  { method: 'GET', pattern: `${CHECKS}/{check}`, handle: (call) => json(checkWire(call, checkIn(call))) },
  { method: 'PATCH', pattern: `${CHECKS}/{check}`, handle: updateCheck },
  { method: 'DELETE', pattern: `${CHECKS}/{check}`, handle: removeCheck },
  { method: 'POST', pattern: 'pipelines/checks/queryconfigurations', handle: queryChecks },
];

export const APPROVAL_CHECK = { id: '8c6f20a7-a545-4486-9777-f762fafe0d4d', name: 'Approval' } as const;
/** 30 days. */
export const DEFAULT_TIMEOUT_MINUTES = 43_200;

const checksOf = (call: Call): CheckConfiguration[] => {
  const { id } = projectOf(call);
  return call.world.state.checks.filter(({ projectId }) => projectId === id);
};

function checkIn(call: Call): CheckConfiguration {
  const found = checksOf(call).find(({ id }) => String(id) === param(call, 'check'));
  if (found) return found;
  throw notFound(
    `Check configuration with id ${param(call, 'check')} was not found.`,
    'CheckConfigurationNotFoundException',
  );
}

function listChecks(call: Call) {
  const type = call.request.query('resourceType')?.toLowerCase();
  const id = call.request.query('resourceId');
  if (!type || !id) throw badRequest('Value cannot be null.\r\nParameter name: resourceType');
  const found = checksOf(call).filter(({ resource }) => resource.type === type && resource.id === id);
  return list(found.map((check) => checkWire(call, check)));
}

const resourceBody = z.looseObject({
  type: z.string(),
  id: z.union([z.string(), z.number()]).transform(String),
  name: z.string().nullish(),
});

async function queryChecks(call: Call) {
  const resources = await call.request.body(z.array(resourceBody));
  const found = checksOf(call).filter(({ resource }) =>
    resources.some(({ type, id }) => type.toLowerCase() === resource.type && id === resource.id),
  );
  return list(found.map((check) => checkWire(call, check)));
}

const person = z.looseObject({ id: z.string(), displayName: z.string().nullish() });
const settingsBody = z.looseObject({
  approvers: z.array(person),
  executionOrder: z.enum(['anyOrder', 'inSequence']).nullish(),
  minRequiredApprovers: z.number().int().min(0).nullish(),
  instructions: z.string().nullish(),
  blockedApprovers: z.array(person).nullish(),
  requesterCannotBeApprover: z.boolean().nullish(),
});
const checkBody = z.looseObject({
  type: z.looseObject({ id: z.string().nullish(), name: z.string().nullish() }).nullish(),
  settings: settingsBody,
  resource: resourceBody.nullish(),
  timeout: z.number().int().positive().nullish(),
});

async function addCheck(call: Call) {
  const body = await call.request.body(checkBody);
  if (!body.resource) throw badRequest('Value cannot be null.\r\nParameter name: resource');
  if (body.type?.id !== APPROVAL_CHECK.id) throw badRequest('The sandbox knows approval checks only.');
  const at = nowOf(call.world);
  const check: CheckConfiguration = {
    id: nextNumber(call.world, 'check'),
    projectId: projectOf(call).id,
    resource: {
      type: body.resource.type.toLowerCase(),
      id: body.resource.id,
      name: body.resource.name ?? '',
    },
    settings: readSettings(call, body.settings),
    timeoutMinutes: body.timeout ?? DEFAULT_TIMEOUT_MINUTES,
    createdAt: at,
    modifiedAt: at,
  };
  call.world.state.checks.push(check);
  worldChanged(call.world);
  return json(checkWire(call, check, true));
}

async function updateCheck(call: Call) {
  const check = checkIn(call);
  const body = await call.request.body(checkBody);
  check.settings = readSettings(call, body.settings);
  check.timeoutMinutes = body.timeout ?? check.timeoutMinutes;
  check.modifiedAt = nowOf(call.world);
  worldChanged(call.world);
  return json(checkWire(call, check, true));
}

function removeCheck(call: Call) {
  const gone = checkIn(call);
  call.world.state.checks = call.world.state.checks.filter((check) => check !== gone);
  worldChanged(call.world);
  return noContent();
}

function readSettings({ world }: Call, body: z.output<typeof settingsBody>): ApprovalSettings {
  const known = world.state.checks.flatMap(({ settings }) => settings.approvers);
  const identity = ({ id, displayName }: z.output<typeof person>): Identity =>
    known.find((candidate) => candidate.id === id) ?? {
      id,
      displayName: displayName ?? id,
      uniqueName: id,
      kind: 'user',
    };
  return {
    approvers: body.approvers.map(identity),
    executionOrder: body.executionOrder ?? 'anyOrder',
    minRequiredApprovers: body.minRequiredApprovers ?? 0,
    instructions: body.instructions ?? '',
    blockedApprovers: (body.blockedApprovers ?? []).map(identity),
    requesterCannotBeApprover: body.requesterCannotBeApprover ?? false,
  };
}

/** Without `$expand=settings` a check says only that it is there. */
function checkWire(call: Call, check: CheckConfiguration, withSettings = false) {
  const url = `${projectUrl(call.world, projectOf(call))}/_apis/${CHECKS}/${check.id}`;
  const by = identityRef(AZURE_DEVOPS, organizationUrl(call.world, call.organization));
  const expand = call.request.query('$expand')?.toLowerCase();
  return {
    ...(withSettings || expand === 'settings' || expand === '1'
      ? { settings: settingsWire(call, check) }
      : {}),
    createdBy: by,
    createdOn: check.createdAt,
    modifiedBy: by,
    modifiedOn: check.modifiedAt,
    timeout: check.timeoutMinutes,
    _links: { self: { href: url } },
    id: check.id,
    version: 1,
    type: APPROVAL_CHECK,
    url,
    resource: check.resource,
  };
}

function settingsWire({ world, organization }: Call, { settings }: CheckConfiguration) {
  const ref = (identity: Identity) => identityRef(identity, organizationUrl(world, organization));
  return {
    approvers: settings.approvers.map(ref),
    executionOrder: settings.executionOrder,
    minRequiredApprovers: settings.minRequiredApprovers,
    instructions: settings.instructions,
    blockedApprovers: settings.blockedApprovers.map(ref),
    requesterCannotBeApprover: settings.requesterCannotBeApprover,
    definitionRef: { id: '26014962-64a0-49f4-885b-4b874119a5cc' },
  };
}
