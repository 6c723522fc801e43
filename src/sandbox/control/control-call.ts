/** What a call of the control API is, and the small words in which the lists of calls are written. */
import { z } from 'zod';
import { SYNC_STAGES } from '../../pipeline/contract.ts';
import type { SandboxControl } from './sandbox-control.ts';

/** What a call is given: the decoded `{parameters}` of its path, and the body. */
type Given<Body> = {
  control: SandboxControl;
  path: (name: string) => string;
  query: URLSearchParams;
  body: Body;
};

export type ControlCall = {
  method: 'GET' | 'POST';
  path: string;
  what: string;
  /** JSON Schema of the body; null when the call takes none. */
  body: unknown;
  run(given: Given<unknown>): unknown;
};

export const text = z.string().min(1).max(10_000);
const buildId = z.coerce.number().int().positive();
export const durationMs = z.number().min(0).max(86_400_000);
export const stage = z.enum(SYNC_STAGES);
export const tenantType = { configurationType: text, displayName: text };
export const person = { as: text.default('Megan Bowen') };
export const json = z.json();

export const get = (path: string, what: string, run: (given: Given<null>) => unknown): ControlCall => ({
  method: 'GET',
  path,
  what,
  body: null,
  run: (given) => run({ ...given, body: null }),
});

export function post<Schema extends z.ZodType>(
  path: string,
  what: string,
  schema: Schema,
  run: (given: Given<z.output<Schema>>) => unknown,
): ControlCall {
  const body = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return {
    method: 'POST',
    path,
    what,
    body,
    run: (given) => run({ ...given, body: schema.parse(given.body ?? {}) }),
  };
}

export const nothing = z.strictObject({});
export const tenantOf = (given: Given<unknown>) => given.path('tenant');
export const buildIdOf = (given: Given<unknown>) => buildId.parse(given.path('buildId'));
