/** The calls of the control API that make the simulated Azure DevOps misbehave: one row each. */
import { z } from 'zod';
import { SYSTEM_STOPS } from '../azure-devops/faults/odd-runs.ts';
import { REQUEST_FAULT_KINDS, REQUEST_FAULTS } from '../azure-devops/faults/request-fault.ts';
import { REQUEST_KINDS } from '../azure-devops/faults/request-kind.ts';
import { DENIABLE } from '../azure-devops/permissions.ts';
import {
  buildIdOf,
  type ControlCall,
  durationMs,
  get,
  nothing,
  person,
  post,
  tenantOf,
  text,
} from './control-call.ts';

const regularExpression = z.string().max(200).refine(isRegularExpression, 'a regular expression');
const newName = z.string().min(1).max(100).optional();
const wallMs = z.number().min(0).max(600_000);

const FAULT = z.strictObject({
  kind: z
    .enum(REQUEST_FAULT_KINDS)
    .describe(REQUEST_FAULT_KINDS.map((kind) => `${kind}: ${REQUEST_FAULTS[kind]}`).join('; ')),
  organization: z.string().max(50).optional(),
  requests: z.enum(REQUEST_KINDS).optional(),
  path: regularExpression.optional().describe('what follows _apis/, like builds/101'),
  times: z.number().int().min(1).max(1_000_000).optional().describe('1, unless a rate is given'),
  rate: z.number().min(0).max(1).optional(),
  seed: z.number().int().optional(),
  ms: wallMs.optional(),
  seconds: z.number().min(0).max(3_600).optional(),
});

export const FAULT_CALLS: readonly ControlCall[] = [
  get(
    '/control/faults',
    'The faults that are switched on, with their hits, and all requests by kind.',
    (given) => given.control.faults(),
  ),
  post(
    '/control/faults',
    'Lets requests to Azure DevOps go wrong: the next one of those meant, so many of them, or a seeded share.',
    FAULT,
    ({ control, body }) => control.switchOn(body),
  ),
  post('/control/faults/off', 'Switches every such fault off.', nothing, ({ control }) =>
    control.switchOff(),
  ),
  post('/control/faults/{id}/off', 'Switches one fault off.', nothing, ({ control, path }) =>
    control.switchOff(path('id')),
  ),
  post(
    '/control/runs/{buildId}/stop',
    "Stops a run as Azure DevOps itself does: for an exclusive lock, its job's time limit, or a lost agent.",
    z.strictObject({ why: z.enum(SYSTEM_STOPS) }),
    (given) => given.control.stopBySystem(buildIdOf(given), given.body.why),
  ),
  post('/control/runs/{buildId}/remove', 'Removes a run, as retention does.', nothing, (given) =>
    given.control.removeRun(buildIdOf(given)),
  ),
  post('/control/runs/{buildId}/expire-gate', "Ends the gate's time without a decision.", nothing, (given) =>
    given.control.expireGate(buildIdOf(given)),
  ),
  post(
    '/control/runs/{buildId}/defer-gate',
    'Approves from a later time on: until somebody decides again, nothing happens.',
    z.strictObject(person),
    (given) => given.control.deferGate(buildIdOf(given), given.body.as),
  ),
  post(
    '/control/runs/{buildId}/preview-again',
    'Runs the preview once more while the run waits at its gate: what is under review may change.',
    nothing,
    (given) => given.control.previewAgain(buildIdOf(given)),
  ),
  post(
    '/control/tenants/{tenant}/late-gate',
    'Lets the approval appear that many sandbox milliseconds after the stage began to wait for it.',
    z.strictObject({ ms: durationMs }),
    (given) => given.control.gateLate(tenantOf(given), given.body.ms),
  ),
  post(
    '/control/tenants/{tenant}/slow-cancel',
    'Lets agents take that many sandbox milliseconds to stop.',
    z.strictObject({ ms: durationMs }),
    (given) => given.control.slowCancel(tenantOf(given), given.body.ms),
  ),
  post(
    '/control/tenants/{tenant}/permit',
    'Whether the pipeline may use its environment; if not, runs wait for an administrator (Checkpoint.Authorization).',
    z.strictObject({ isPermitted: z.boolean() }),
    (given) => given.control.permit(tenantOf(given), given.body.isPermitted),
  ),
  post(
    '/control/tenants/{tenant}/rename',
    'Renames the repository, the pipeline or the environment in Azure DevOps; this API goes on calling the tenant as before.',
    z.strictObject({ repository: newName, pipeline: newName, environment: newName }),
    (given) => given.control.rename(tenantOf(given), given.body),
  ),
  post(
    '/control/tenants/{tenant}/deny',
    "Takes a right from every application, the API's too, or gives it back.",
    z.strictObject({ right: z.enum(DENIABLE), isDenied: z.boolean().default(true) }),
    (given) => given.control.deny(tenantOf(given), given.body.right, given.body.isDenied),
  ),
  post(
    '/control/identities/remove',
    'Lets a person leave the organisation, or deletes a group.',
    z.strictObject({ displayName: text }),
    ({ control, body }) => control.removeIdentity(body.displayName),
  ),
  post(
    '/control/tenants/{tenant}/gates',
    'How many approval checks the environment has; they open together.',
    z.strictObject({ count: z.number().int().min(1).max(10) }),
    (given) => given.control.setGates(tenantOf(given), given.body.count),
  ),
  post(
    '/control/tenants/{tenant}/protect',
    'Lets a policy of a branch want pull requests.',
    z.strictObject({ branch: z.string().min(1).default('main'), isProtected: z.boolean() }),
    (given) => given.control.protectBranch(tenantOf(given), given.body.branch, given.body.isProtected),
  ),
  post(
    '/control/hooks',
    'How service hooks are sent: copies of each (0: none), wall milliseconds late, in any order.',
    z.strictObject({
      copies: z.number().int().min(0).max(10).default(1),
      lateMs: wallMs.default(0),
      isShuffled: z.boolean().default(false),
    }),
    ({ control, body }) => control.setHookManners(body),
  ),
];

function isRegularExpression(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
