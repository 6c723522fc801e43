import { z } from 'zod';
import { badRequest, notFound } from '../azure-error.ts';
import type { Build } from '../build.ts';
import { json, list } from '../http/answer.ts';
import { commaList, enumWord, enumWords, numberOr } from '../http/enum-words.ts';
import { param, projectOf, type AzureRoute, type Call } from '../http/router.ts';
import { buildUrl, buildWebUrl, organizationUrl, projectUrl } from '../http/links.ts';
import { identityRef, type Identity } from '../identity.ts';
import type { Approval, ApprovalStep } from '../model.ts';
import { decideApproval } from '../runs/decide-approval.ts';
import { definitionOfBuild } from '../world.ts';

export const approvalRoutes: readonly AzureRoute[] = [
  { method: 'GET', pattern: 'pipelines/approvals', handle: listApprovals },
  { method: 'PATCH', pattern: 'pipelines/approvals', handle: updateApprovals },
  {
    method: 'GET',
    pattern: 'pipelines/approvals/{approval}',
    handle: (call) => json(approvalWire(call, find(call, param(call, 'approval')))),
  },
];

const STATUSES = {
  undefined: 0,
  uninitiated: 1,
  pending: 2,
  approved: 4,
  rejected: 8,
  skipped: 16,
  canceled: 32,
  timedOut: 64,
  failed: 128,
  deferred: 256,
  completed: 252,
  all: 255,
} as const;

const DEFAULT_TOP = 50;

type Found = { build: Build; approval: Approval };

function allOf(call: Call): Found[] {
  const projectId = projectOf(call).id;
  const found: Found[] = [];
  for (const build of call.world.builds.values()) {
    if (build.projectId !== projectId || build.isDeleted) continue;
    for (const approval of build.approvals) found.push({ build, approval });
  }
  return found;
}

function find(call: Call, id: string): Found {
  const found = allOf(call).find(({ approval }) => approval.id === id.toLowerCase());
  if (found) return found;
  throw notFound(`Approval with id ${id} was not found.`, 'ApprovalNotFoundException');
}

function listApprovals(call: Call) {
  const { request } = call;
  const ids = commaList(request.query('approvalIds')).map((id) => id.toLowerCase());
  const users = commaList(request.query('userIds') ?? request.query('assignedTo')).map((id) =>
    id.toLowerCase(),
  );
  const states = enumWords(request.query('state'), STATUSES);
  if (states?.has('completed'))
    for (const word of ['approved', 'rejected', 'skipped', 'canceled', 'timedOut']) states.add(word);
  const found = allOf(call).filter(
    ({ approval }) =>
      (ids.length === 0 || ids.includes(approval.id)) &&
      (!states || states.has(approval.status)) &&
      (users.length === 0 ||
        approval.steps.some(({ assignedApprover }) => users.includes(assignedApprover.id))),
  );
  const top = numberOr(request.query('top') ?? request.query('$top'), DEFAULT_TOP);
  return list(found.slice(0, top).map((each) => approvalWire(call, each)));
}

const updates = z.array(
  z.looseObject({
    approvalId: z.string(),
    status: z.union([z.string(), z.number()]).nullish(),
    comment: z.string().nullish(),
  }),
);

async function updateApprovals(call: Call) {
  const wanted = await call.request.body(updates);
  // Everything is looked up first: a list with one unknown id decides nothing.
  const found = wanted.map((update) => ({ update, target: find(call, update.approvalId) }));
  for (const { update, target } of found) {
    const verdict = enumWord(update.status == null ? null : String(update.status), STATUSES);
    if (verdict !== 'approved' && verdict !== 'rejected') {
      throw badRequest(
        `An approval cannot be updated to '${update.status ?? 'nothing'}': approved and rejected are possible.`,
      );
    }
    decideApproval(call.world, target, { verdict, by: call.caller.identity, comment: update.comment ?? '' });
  }
  return list(found.map(({ target }) => approvalWire(call, target, true)));
}

const EXPANSIONS = { none: 0, steps: 1, permissions: 2 } as const;

function approvalWire(call: Call, { build, approval }: Found, withSteps = false) {
  const expansion = enumWord(call.request.query('$expand'), EXPANSIONS);
  const { settings } = approval;
  const ref = refIn(call);
  const mayDecide = approval.status === 'pending' && canDecide(call.caller.identity, approval);
  return {
    id: approval.id,
    steps: withSteps || expansion === 'steps' ? approval.steps.map((step) => stepWire(call, step)) : [],
    status: approval.status,
    createdOn: approval.createdOn,
    lastModifiedOn: approval.lastModifiedOn,
    executionOrder: settings.executionOrder,
    minRequiredApprovers: settings.minRequiredApprovers,
    instructions: settings.instructions,
    blockedApprovers: settings.blockedApprovers.map(ref),
    ...(expansion === 'permissions' ? { permissions: mayDecide ? 'view, update' : 'view' } : {}),
    pipeline: pipelineContext(call, build),
    _links: {
      self: { href: `${projectUrl(call.world, projectOf(call))}/_apis/pipelines/approvals/${approval.id}` },
    },
  };
}

const refIn =
  ({ world, organization }: Call) =>
  (identity: Identity) =>
    identityRef(identity, organizationUrl(world, organization));

const canDecide = (who: Identity, { settings }: Approval): boolean =>
  who.kind === 'servicePrincipal' ||
  settings.approvers.some(({ id, kind }) => id === who.id || kind === 'group');

function stepWire(call: Call, step: ApprovalStep) {
  const ref = refIn(call);
  const isAnswered = step.actualApprover !== null;
  return {
    assignedApprover: ref(step.assignedApprover),
    ...(step.actualApprover ? { actualApprover: ref(step.actualApprover) } : {}),
    status: step.status,
    ...(isAnswered ? { comment: step.comment } : {}),
    lastModifiedOn: step.lastModifiedOn,
    order: step.order,
    lastModifiedBy: ref(step.actualApprover ?? step.assignedApprover),
    initiatedOn: step.initiatedOn,
    history: [],
  };
}

/** Which run the approval holds up: not in the 7.1 description, but in the answers. */
function pipelineContext({ world }: Call, build: Build) {
  const definition = definitionOfBuild(world, build);
  const links = { web: { href: buildWebUrl(world, build) }, self: { href: buildUrl(world, build) } };
  return {
    owner: { _links: links, id: build.id, name: build.buildNumber },
    id: String(definition.id),
    name: definition.name,
  };
}
