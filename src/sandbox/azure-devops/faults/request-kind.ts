/** What a request is about, so that a fault can be meant for one sort only. */
export const REQUEST_KINDS = [
  'list-runs',
  'read-run',
  'read-timeline',
  'queue-run',
  'cancel-run',
  'list-approvals',
  'read-approval',
  'decide',
  'attachments',
  'files-of-run',
  'read-git',
  'push',
  'pull-requests',
  'hooks',
  'job-token',
  'discovery',
] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

const RULES: readonly [kind: RequestKind, method: RegExp, path: RegExp][] = [
  ['list-runs', /^GET$/, /^build\/builds$/],
  ['read-run', /^GET$/, /^build\/builds\/\d+$/],
  ['read-timeline', /^GET$/, /^build\/builds\/\d+\/timeline/],
  ['attachments', /^GET$/, /^build\/builds\/.*\/attachments\//],
  ['files-of-run', /^GET$/, /^build\/builds\/\d+\/(artifacts|logs)/],
  ['queue-run', /^POST$/, /^(pipelines\/\d+\/runs|build\/builds)$/],
  ['cancel-run', /^PATCH$/, /^build\/builds\/\d+/],
  ['list-approvals', /^GET$/, /^pipelines\/approvals$/],
  ['read-approval', /^GET$/, /^pipelines\/approvals\/./],
  ['decide', /^PATCH$/, /^pipelines\/approvals$/],
  ['pull-requests', /./, /^git\/repositories\/[^/]+\/pullrequests/],
  ['push', /^POST$/, /^git\/repositories\/[^/]+\/(pushes|refs)$/],
  ['read-git', /./, /^git\//],
  ['hooks', /./, /^hooks\//],
  ['job-token', /./, /^distributedtask\/hubs\//],
];

/** `path` is what follows `_apis/`. */
export function requestKindOf(method: string, path: string): RequestKind {
  const lower = path.toLowerCase();
  const rule = RULES.find(([, methods, paths]) => methods.test(method) && paths.test(lower));
  return rule?.[0] ?? 'discovery';
}
