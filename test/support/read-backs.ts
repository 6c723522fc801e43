/** Reads what the proxy before Azure DevOps saw: was every repeated call preceded by a look that did not show its effect? */
import type { Request } from './http-proxy.ts';

/** `answer` null: on its way there; a text: on its way back. */
export type SeenRequest = Request & { answer: string | null };

type Effect = {
  name: string;
  /** What the call is about, when this is such a call. */
  keyOf: (request: Request) => string | null;
  /** Whether this answer looks at the same, and does not show the effect. */
  isStillMissing: (request: SeenRequest & { answer: string }, key: string) => boolean;
};

const EFFECTS: Effect[] = [
  {
    name: 'start a run',
    keyOf: ({ method, path, body }) =>
      method === 'POST' && /\/_apis\/pipelines\/\d+\/runs/.test(path)
        ? (JSON.parse(body) as { templateParameters: { syncRequestId: string } }).templateParameters
            .syncRequestId
        : null,
    isStillMissing: ({ path, answer }, key) =>
      /\/_apis\/build\/builds\?.*definitions=/.test(path) && !answer.includes(key),
  },
  {
    name: 'answer a gate',
    keyOf: ({ method, path, body }) =>
      method === 'PATCH' && path.includes('/_apis/pipelines/approvals')
        ? ((JSON.parse(body) as { approvalId: string }[])[0]?.approvalId ?? null)
        : null,
    isStillMissing: ({ path, answer }, key) =>
      path.includes('/_apis/pipelines/approvals') &&
      `${path}${answer}`.includes(key) &&
      /"status":\s*"?(pending|1)\b/.test(answer),
  },
  {
    name: 'cancel a run',
    keyOf: ({ method, path, body }) =>
      method === 'PATCH' && /\/_apis\/build\/builds\/\d+/.test(path) && body.includes('cancelling')
        ? placeOf(path)
        : null,
    isStillMissing: ({ path, answer }, key) =>
      placeOf(path) === key && /"status":\s*"(inProgress|notStarted)"/.test(answer),
  },
  {
    name: 'push a commit',
    keyOf: ({ method, path }) => (method === 'POST' && /\/pushes/.test(path) ? repositoryOf(path) : null),
    isStillMissing: ({ path }, key) => /\/(refs|items)\b/.test(path) && repositoryOf(path) === key,
  },
];

const placeOf = (path: string) => path.split('?')[0] ?? '';
const repositoryOf = (path: string) => /\/repositories\/([^/?]+)/.exec(path)?.[1] ?? '';

export type ReadBacks = { calls: number; repeated: number; blind: string[] };

export function checkReadBacks(seen: readonly SeenRequest[]): ReadBacks {
  const result: ReadBacks = { calls: 0, repeated: 0, blind: [] };
  /** What was called before, and whether a look since then showed nothing. */
  const called = new Map<string, { effect: Effect; key: string; wasMissing: boolean }>();
  for (const request of seen) {
    const { answer } = request;
    if (answer !== null) {
      for (const call of called.values())
        if (request.method === 'GET' && call.effect.isStillMissing({ ...request, answer }, call.key))
          call.wasMissing = true;
      continue;
    }
    for (const effect of EFFECTS) {
      const key = effect.keyOf(request);
      if (key === null) continue;
      result.calls += 1;
      const before = called.get(`${effect.name} ${key}`);
      if (before) result.repeated += 1;
      if (before && !before.wasMissing) result.blind.push(`${effect.name} ${key}`);
      called.set(`${effect.name} ${key}`, { effect, key, wasMissing: false });
    }
  }
  return result;
}
