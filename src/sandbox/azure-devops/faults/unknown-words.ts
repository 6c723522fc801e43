import type { Answer } from '../http/answer.ts';

const FIELDS = new Set(['status', 'result', 'state', 'reason', 'changeType', 'executionOrder']);

/** The same answer from a version of Azure DevOps that has got new words for everything. */
export function withUnknownWords(answer: Answer | 'reset'): Answer | 'reset' {
  if (answer === 'reset' || typeof answer.body !== 'string' || answer.status >= 400) return answer;
  const isJson = answer.headers['Content-Type']?.startsWith('application/json') ?? false;
  return isJson ? { ...answer, body: JSON.stringify(JSON.parse(answer.body), renamed) } : answer;
}

const renamed = (key: string, value: unknown): unknown =>
  FIELDS.has(key) && typeof value === 'string' ? `brandNew_${value}` : value;
