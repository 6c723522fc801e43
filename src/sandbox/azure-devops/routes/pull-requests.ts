import { z } from 'zod';
import { badRequest, conflict, notFound } from '../azure-error.ts';
import { json, list } from '../http/answer.ts';
import { enumWord, numberOr } from '../http/enum-words.ts';
import { param, projectOf, type AzureRoute, type Call } from '../http/router.ts';
import { organizationUrl, remoteUrl, repositoryUrl } from '../http/links.ts';
import { identityRef, personNamed, type Identity } from '../identity.ts';
import type { PullRequest } from '../model.ts';
import { completeByItself, mergePullRequest } from './merge-pull-request.ts';
import { nextNumber, nowOf, worldChanged } from '../world.ts';
import { repositoryIn, type FoundRepository } from './find.ts';
import { branchOfRef, repositoryWire } from './repositories.ts';

const REQUESTS = 'git/repositories/{repository}/pullrequests';

export const pullRequestRoutes: readonly AzureRoute[] = [
  { method: 'GET', pattern: REQUESTS, handle: (call) => listRequests(call, repositoryIn(call).row.id) },
  { method: 'GET', pattern: 'git/pullrequests', handle: (call) => listRequests(call, null) },
  { method: 'POST', pattern: REQUESTS, handle: create },
  { method: 'GET', pattern: `${REQUESTS}/{request}`, handle: (call) => json(wire(call, requestIn(call))) },
  {
    method: 'GET',
    pattern: 'git/pullrequests/{request}',
    handle: (call) => json(wire(call, requestIn(call))),
  },
  { method: 'PATCH', pattern: `${REQUESTS}/{request}`, handle: update },
];

const STATUSES = { notSet: 0, active: 1, abandoned: 2, completed: 3, all: 4 } as const;

function requestIn(call: Call): PullRequest {
  const id = param(call, 'request');
  const repositoryId = call.params['repository'] === undefined ? null : repositoryIn(call).row.id;
  const found = call.world.state.pullRequests.find(
    (row) => String(row.id) === id && (repositoryId === null || row.repositoryId === repositoryId),
  );
  if (found) return found;
  throw notFound(
    `TF401180: The requested pull request was not found (${id}).`,
    'GitPullRequestNotFoundException',
  );
}

/** Active ones unless another status is asked for; newest first. */
function listRequests(call: Call, repositoryId: string | null) {
  const { request, world } = call;
  const criterion = (name: string) => request.query(`searchCriteria.${name}`);
  const status = enumWord(criterion('status'), STATUSES) ?? 'active';
  const projectId = call.projectInPath === null ? null : projectOf(call).id;
  const found = world.state.pullRequests.filter(
    (row) =>
      (repositoryId === null || row.repositoryId === repositoryId) &&
      (projectId === null || row.projectId === projectId) &&
      (status === 'all' || row.status === status) &&
      (!criterion('sourceRefName') || row.sourceRefName === criterion('sourceRefName')) &&
      (!criterion('targetRefName') || row.targetRefName === criterion('targetRefName')),
  );
  const skip = numberOr(request.query('$skip'), 0);
  const top = numberOr(request.query('$top'), 100);
  return list(
    found
      .reverse()
      .slice(skip, skip + top)
      .map((row) => wire(call, row)),
  );
}

const createBody = z.looseObject({
  sourceRefName: z.string(),
  targetRefName: z.string(),
  title: z.string().min(1),
  description: z.string().max(4000).nullish(),
});

async function create(call: Call) {
  const { world, caller } = call;
  const found = repositoryIn(call);
  const body = await call.request.body(createBody);
  const [source, target] = [await headOf(found, body.sourceRefName), await headOf(found, body.targetRefName)];
  const isOpen = ({ repositoryId, status, sourceRefName, targetRefName }: PullRequest) =>
    repositoryId === found.row.id &&
    status === 'active' &&
    sourceRefName === body.sourceRefName &&
    targetRefName === body.targetRefName;
  if (world.state.pullRequests.some(isOpen)) {
    throw conflict(
      'TF401179: An active pull request for the source and target branch already exists.',
      'GitPullRequestExistsException',
    );
  }
  const row: PullRequest = {
    id: nextNumber(world, 'pullRequest'),
    projectId: found.row.projectId,
    repositoryId: found.row.id,
    status: 'active',
    title: body.title,
    description: body.description ?? '',
    sourceRefName: body.sourceRefName,
    targetRefName: body.targetRefName,
    createdBy: caller.identity,
    createdAt: nowOf(world),
    closedAt: null,
    mergeCommitId: null,
    lastMergeSourceCommitId: source,
    lastMergeTargetCommitId: target,
    autoCompleteSetBy: null,
    deleteSourceBranch: false,
  };
  world.state.pullRequests.push(row);
  worldChanged(world);
  return json(wire(call, row), 201);
}

async function headOf({ git }: FoundRepository, refName: string): Promise<string> {
  const head = await git.head(branchOfRef(refName));
  if (head) return head;
  throw badRequest(
    `TF401398: The pull request cannot be activated because the branch ${refName} no longer exists.`,
    'GitPullRequestCannotBeActivatedException',
  );
}

const updateBody = z.looseObject({
  status: z.union([z.string(), z.number()]).nullish(),
  title: z.string().nullish(),
  description: z.string().nullish(),
  lastMergeSourceCommit: z.looseObject({ commitId: z.string() }).nullish(),
  completionOptions: z.looseObject({ deleteSourceBranch: z.boolean().nullish() }).nullish(),
  autoCompleteSetBy: z.looseObject({ id: z.string(), displayName: z.string().nullish() }).nullish(),
});

async function update(call: Call) {
  const row = requestIn(call);
  const body = await call.request.body(updateBody);
  if (row.status !== 'active') {
    throw conflict(
      `TF401181: The pull request cannot be edited due to its state (${row.status}).`,
      'GitPullRequestNotEditableException',
    );
  }
  row.title = body.title ?? row.title;
  row.description = body.description ?? row.description;
  if (body.autoCompleteSetBy) row.autoCompleteSetBy = completer(call, body.autoCompleteSetBy);
  row.deleteSourceBranch = body.completionOptions?.deleteSourceBranch ?? row.deleteSourceBranch;
  const status = enumWord(body.status == null ? null : String(body.status), STATUSES);
  if (status === 'abandoned') Object.assign(row, { status, closedAt: nowOf(call.world) });
  if (status === 'completed') await complete(call, row, body.lastMergeSourceCommit?.commitId);
  else if (status === null) await completeByItself(call.world, row);
  worldChanged(call.world);
  return json(wire(call, row));
}

const completer = (
  { caller }: Call,
  { id, displayName }: { id: string; displayName?: string | null | undefined },
): Identity => (caller.identity.id === id ? caller.identity : { ...personNamed(displayName ?? id), id });

async function complete(call: Call, row: PullRequest, reviewed: string | undefined): Promise<void> {
  if (reviewed === undefined)
    throw badRequest('Value cannot be null.\r\nParameter name: lastMergeSourceCommit');
  const conflicts = await mergePullRequest(call.world, row, {
    by: call.caller.identity,
    source: reviewed.toLowerCase(),
  });
  if (conflicts)
    throw conflict(
      `TF401192: The pull request cannot be completed: ${conflicts}`,
      'GitPullRequestStaleException',
    );
}

function wire(call: Call, row: PullRequest) {
  const { world } = call;
  const repository = world.state.repositories.find(({ id }) => id === row.repositoryId);
  if (!repository)
    throw new Error(`Pull request ${row.id} belongs to repository ${row.repositoryId}, which is gone.`);
  const ref = (identity: Identity) => identityRef(identity, organizationUrl(world, call.organization));
  const url = `${repositoryUrl(world, repository)}/pullRequests/${row.id}`;
  return {
    repository: repositoryWire(call, repository),
    pullRequestId: row.id,
    codeReviewId: row.id,
    status: row.status,
    createdBy: ref(row.createdBy),
    creationDate: row.createdAt,
    ...(row.closedAt ? { closedDate: row.closedAt } : {}),
    title: row.title,
    description: row.description,
    sourceRefName: row.sourceRefName,
    targetRefName: row.targetRefName,
    mergeStatus: 'succeeded',
    isDraft: false,
    lastMergeSourceCommit: { commitId: row.lastMergeSourceCommitId },
    lastMergeTargetCommit: { commitId: row.lastMergeTargetCommitId },
    ...(row.mergeCommitId ? { lastMergeCommit: { commitId: row.mergeCommitId } } : {}),
    ...(row.autoCompleteSetBy ? { autoCompleteSetBy: ref(row.autoCompleteSetBy) } : {}),
    reviewers: [],
    url,
    _links: { self: { href: url }, web: { href: `${remoteUrl(world, repository)}/pullrequest/${row.id}` } },
    supportsIterations: true,
  };
}
