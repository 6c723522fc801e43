/** The calls of the control API: one row each. */
import { z } from 'zod';
import {
  buildIdOf,
  type ControlCall,
  durationMs,
  get,
  json,
  nothing,
  person,
  post,
  stage,
  tenantOf as tenant,
  tenantType,
  text,
} from './control-call.ts';

const DRIFT = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('any') }),
  z.strictObject({ kind: z.literal('set'), ...tenantType, property: text, value: json }),
  z.strictObject({ kind: z.literal('add'), ...tenantType, properties: z.record(z.string(), json) }),
  z.strictObject({ kind: z.literal('remove'), ...tenantType }),
]);

export const CONTROL_CALLS: readonly ControlCall[] = [
  get('/control/state', 'Every tenant with its newest run and its behaviour.', ({ control }) =>
    control.state(),
  ),
  get('/control/tenants/{tenant}', 'One tenant with its recent runs.', (given) =>
    given.control.tenant(tenant(given)),
  ),
  get(
    '/control/tenants/{tenant}/configuration',
    'What the simulated Microsoft 365 tenant is configured with now.',
    (given) => given.control.configuration(tenant(given)),
  ),
  get(
    '/control/tenants/{tenant}/files',
    'Every file at the head of main, or of ?branch=tenant-state.',
    (given) => given.control.files(tenant(given), given.query.get('branch') ?? undefined),
  ),
  get(
    '/control/ledger',
    'What really happened in Azure DevOps and in the tenants, oldest first; ?tenant= narrows.',
    ({ control, query }) => control.ledger(query.get('tenant') ?? undefined),
  ),
  get('/control/sign-ins', 'Device codes, newest first.', ({ control }) => control.signIns()),

  post(
    '/control/tenants/{tenant}/drift',
    'Changes the tenant by hand: set a property, add or remove an object, or anything.',
    DRIFT,
    (given) => given.control.drift(tenant(given), given.body),
  ),
  post(
    '/control/tenants/{tenant}/files',
    'Edits a file on main as somebody in the portal would; content null removes it.',
    z.strictObject({ path: text, content: z.string().max(500_000).nullable(), message: text.optional() }),
    (given) => given.control.editFile(tenant(given), given.body),
  ),
  post(
    '/control/tenants/{tenant}/properties',
    'Sets one property of a configuration file on main, so that the next sync asks for approval.',
    z.strictObject({ ...tenantType, property: text, value: json }),
    (given) => given.control.editProperty(tenant(given), given.body),
  ),
  post(
    '/control/tenants/{tenant}/require-sign-in',
    'Revokes the refresh token: the next sync has to wait for somebody (delegated tenants).',
    nothing,
    (given) => given.control.requireSignIn(tenant(given)),
  ),
  post(
    '/control/tenants/{tenant}/application',
    "Registers an application of the tenant's own, until the sandbox stops: clientId, and what proves it.",
    z.strictObject({
      clientId: text,
      secret: text.optional(),
      certificate: z.string().max(20_000).optional(),
      subject: text.optional(),
    }),
    (given) => given.control.registerApp(tenant(given), given.body),
  ),
  post(
    '/control/tenants/{tenant}/variables',
    "Sets the pipeline's variables, which its jobs have in their environment.",
    z.strictObject({ variables: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string().max(20_000)) }),
    (given) => given.control.setVariables(tenant(given), given.body.variables),
  ),
  post(
    '/control/tenants/{tenant}/refuse-writes',
    'Lets the tenant refuse writes to one object with a message; message null ends it.',
    z.strictObject({ ...tenantType, message: text.nullable() }),
    (given) => given.control.refuseWrites(tenant(given), given.body),
  ),
  post(
    '/control/tenants/{tenant}/fail-stage',
    'Lets the next runs fail in a stage with a message; {"stage": null} ends it.',
    z.union([
      z.strictObject({ stage, message: text, code: text.optional() }),
      z.strictObject({ stage: z.null() }),
    ]),
    (given) =>
      given.control.failStage(tenant(given), given.body.stage === null ? null : withoutUndefined(given.body)),
  ),
  post(
    '/control/tenants/{tenant}/slow-stage',
    'Lets the next runs take longer in a stage, in sandbox milliseconds; {"stage": null} ends it.',
    z.union([z.strictObject({ stage, ms: durationMs }), z.strictObject({ stage: z.null() })]),
    (given) => given.control.slowStage(tenant(given), given.body.stage === null ? null : given.body),
  ),
  post(
    '/control/tenants/{tenant}/queue-delay',
    'Lets the next runs wait for an agent, in sandbox milliseconds.',
    z.strictObject({ ms: durationMs }),
    (given) => given.control.queueDelay(tenant(given), given.body.ms),
  ),
  post('/control/tenants/{tenant}/schedule', 'Starts a run as the schedule would.', nothing, (given) =>
    given.control.runSchedule(tenant(given)),
  ),
  post(
    '/control/tenants',
    'Onboards a new tenant: repository, pipeline, environment, gate, directory and configuration.',
    z.strictObject({
      organization: z.string().regex(/^[a-z0-9-]{1,50}$/i, 'letters, digits and hyphens'),
      repository: z.string().regex(/^[a-z0-9-]{1,60}$/i, 'letters, digits and hyphens'),
      displayName: z.string().min(1).max(100),
      size: z.enum(['small', 'medium', 'large']).default('small'),
      authentication: z.enum(['application', 'delegated']).default('application'),
      backupOnly: z.boolean().default(false),
      baseline: text.nullable().default(null),
      schedule: text.nullable().default(null),
    }),
    ({ control, body }) => control.onboard(body),
  ),
  post(
    '/control/runs/{buildId}/cancel',
    'Cancels a run as somebody in the portal would.',
    z.strictObject(person),
    (given) => given.control.cancel(buildIdOf(given), given.body.as),
  ),
  post(
    '/control/runs/{buildId}/retry',
    'Runs the failed stages again, as a new attempt of the same run.',
    z.strictObject(person),
    (given) => given.control.retry(buildIdOf(given), given.body.as),
  ),
  post(
    '/control/runs/{buildId}/decide',
    'Answers the gate in the portal.',
    z.strictObject({
      verdict: z.enum(['approved', 'rejected']),
      comment: z.string().max(2000).default(''),
      ...person,
    }),
    (given) => {
      const { as, ...decision } = given.body;
      return given.control.decide(buildIdOf(given), { ...decision, by: as });
    },
  ),
  post(
    '/control/sign-ins/{userCode}',
    'Answers a device code: a user name, "decline", "wrong-directory", "expire", or "" for the first account.',
    z.strictObject({ answer: z.string().max(200).default('') }),
    ({ control, path, body }) => control.signIn(path('userCode'), body.answer),
  ),
  post(
    '/control/entra/fail',
    'Lets the next requests to Entra fail (tenant null: of any directory).',
    z.strictObject({
      tenant: text.nullable().default(null),
      kind: z.enum(['unavailable', 'slow_down']),
      times: z.number().int().min(1).max(1000).default(1),
    }),
    ({ control, body }) => control.failEntra(body),
  ),
  post(
    '/control/entra/tenant-tokens',
    'Lets tokens for tenants live for so many seconds from now on; {"seconds": null} ends it.',
    z.strictObject({ seconds: z.number().int().min(1).max(3_600).nullable() }),
    ({ control, body }) => control.letTenantTokensLive(body.seconds),
  ),
];

const withoutUndefined = <Body extends { code?: string | undefined }>({ code, ...rest }: Body) => ({
  ...rest,
  ...(code === undefined ? {} : { code }),
});

/** Apart, because it needs the scenarios to hold still. */
export const resetCall = (reset: () => Promise<unknown>): ControlCall =>
  post(
    '/control/reset',
    'Brings tenants, repositories, behaviours and sign-ins back to the beginning; runs stay on record.',
    nothing,
    () => reset(),
  );
