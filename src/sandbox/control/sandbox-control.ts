/** Everything that may be done to the sandbox from outside, as functions: the control API and tests call these. */
import { isJsonObject, type Json } from '../../pipeline/canonical-json.ts';
import { contentOf, parseProperties, pathOf } from '../../pipeline/configuration-file.ts';
import { DESIRED_BRANCH } from '../../pipeline/contract.ts';
import type { ConfigurationObject } from '../../pipeline/stage.ts';
import type { SimulatedAzureDevOps } from '../azure-devops/azure-devops-world.ts';
import type { Behaviour, RunPhase, SandboxClock, SandboxRun } from '../contract.ts';
import type { Entra, SignIn } from '../entra/entra.ts';
import type { TenantApp } from '../entra/tenant-apps.ts';
import type { EntraFault } from '../entra/entra-state.ts';
import type { Receiver, ReceiverAnswer } from '../receiver.ts';
import { nameOf, type RegisteredTenant, type Registry } from '../registry.ts';
import type { Drift } from '../tenants/drift.ts';
import type { SimulatedTenants } from '../tenants/simulated-tenants.ts';
import { planTenant, type TenantPlan } from '../tenants/tenant-plan.ts';
import { BadRequest } from '../web.ts';
import { misbehaving } from './misbehaving.ts';

export type ControlParts = {
  world: SimulatedAzureDevOps;
  entra: Entra;
  tenants: SimulatedTenants;
  registry: Registry;
  clock: SandboxClock;
  receiver: Receiver;
  baseUrl: () => string;
  apiUrl: () => string;
};

export type ShownTenant = RegisteredTenant & {
  behaviour: Behaviour;
  newestRun: { buildId: number; phase: RunPhase; result: string | null; reason: string; since: Date } | null;
  runs: number;
};

/** A tenant is named by its repository, by `organization/project/repository`, or by its directory id. */
export type SandboxControl = ReturnType<typeof createControl>;

export function createControl(parts: ControlParts) {
  return {
    ...looking(parts),
    ...changingTenants(parts),
    ...changingRuns(parts),
    ...signingIn(parts),
    ...receiving(parts),
    ...misbehaving({ world: parts.world, find: finder(parts), refusals }),
  };
}

function finder({ registry }: ControlParts) {
  return (reference: string): RegisteredTenant => {
    const tenant = registry.find(reference);
    if (tenant) return tenant;
    const names = registry.list().map(nameOf);
    throw new BadRequest(
      `No tenant of the sandbox is "${reference}". Take the repository of one of: ${names.join(', ')}.`,
      404,
    );
  };
}

function looking(parts: ControlParts) {
  const { world, registry, tenants, clock, baseUrl, apiUrl } = parts;
  const find = finder(parts);
  const show = (tenant: RegisteredTenant): ShownTenant => {
    const runs = world.runs(tenant);
    return {
      ...tenant,
      behaviour: world.behaviourOf(tenant),
      newestRun: shownRun(runs[0]),
      runs: runs.length,
    };
  };
  return {
    state: () => ({
      now: clock.now(),
      timeScale: clock.timeScale,
      apiUrl: apiUrl(),
      signInPage: `${baseUrl()}/entra/device`,
      tenants: registry.list().map(show),
    }),
    tenant: (reference: string) => {
      const tenant = find(reference);
      return { ...show(tenant), recentRuns: world.runs(tenant).slice(0, 20) };
    },
    /** What the simulated Microsoft 365 tenant is configured with at this moment. */
    configuration: (reference: string): ConfigurationObject[] => tenants.read(find(reference).directoryId),
    /** `branch`: `main` by default. */
    files: async (reference: string, branch: string = DESIRED_BRANCH) =>
      Object.fromEntries(await world.readFiles(find(reference), branch)),
    /** What really happened, oldest first, in Azure DevOps and in the tenants. */
    ledger: (reference?: string) => {
      const tenant = reference === undefined ? null : find(reference);
      return {
        azureDevOps: world.ledger().filter(({ key }) => tenant === null || nameOf(key) === nameOf(tenant)),
        tenants: tenants.ledger(tenant?.directoryId),
      };
    },
  };
}

function shownRun(run: SandboxRun | undefined): ShownTenant['newestRun'] {
  return run
    ? { buildId: run.buildId, phase: run.phase, result: run.result, reason: run.reason, since: run.since }
    : null;
}

function changingTenants(parts: ControlParts) {
  const { world, registry, tenants } = parts;
  const find = finder(parts);
  return {
    /** Somebody changes the tenant by hand. */
    drift: (reference: string, drift: Drift): ConfigurationObject =>
      tenants.drift(find(reference).directoryId, drift),
    /** Somebody edits `main` in the portal; null content removes the file. */
    editFile: async (
      reference: string,
      edit: { path: string; content: string | null; message?: string | undefined },
    ) => {
      const message = edit.message ?? `Edit ${edit.path}`;
      return { commit: await world.editFile(find(reference), edit.path, edit.content, message) };
    },
    /** Somebody sets one property of a configuration file on `main`. */
    editProperty: async (
      reference: string,
      edit: { configurationType: string; displayName: string; property: string; value: Json },
    ) => {
      const tenant = find(reference);
      const path = pathOf(edit.configurationType, edit.displayName);
      const present = await world.readFile(tenant, DESIRED_BRANCH, path);
      if (present === null)
        throw new BadRequest(
          `There is no ${path} on main: GET /control/tenants/${reference}/files lists what is there.`,
        );
      const properties = withProperty(parseProperties(path, present), edit.property.split('.'), edit.value);
      const content = contentOf(edit.configurationType, properties);
      return {
        commit: await world.editFile(tenant, path, content, `Set ${edit.property} of ${edit.displayName}`),
      };
    },
    refuseWrites: (
      reference: string,
      refusal: { configurationType: string; displayName: string; message: string | null },
    ) =>
      tenants.refuseWrites(
        find(reference).directoryId,
        refusal.configurationType,
        refusal.displayName,
        refusal.message,
      ),
    onboard: async (plan: TenantPlan): Promise<RegisteredTenant> => {
      const tenant = planTenant(plan);
      if (registry.find(nameOf(tenant.blueprint))) {
        throw new BadRequest(
          `${nameOf(tenant.blueprint)} exists already: choose another repository name.`,
          409,
        );
      }
      return registry.onboard(tenant);
    },
  };
}

function withProperty(object: Record<string, Json>, steps: string[], value: Json): Record<string, Json> {
  const [step = '', ...rest] = steps;
  const inner = Object.hasOwn(object, step) ? object[step] : undefined;
  const next = rest.length === 0 ? value : withProperty(isJsonObject(inner) ? inner : {}, rest, value);
  return Object.fromEntries([...Object.entries(object).filter(([key]) => key !== step), [step, next]]);
}

function changingRuns(parts: ControlParts) {
  const { world } = parts;
  const find = finder(parts);
  const behave = (reference: string, change: Behaviour): Behaviour => {
    const tenant = find(reference);
    world.setBehaviour(tenant, { ...world.behaviourOf(tenant), ...change });
    return world.behaviourOf(tenant);
  };
  return {
    /** The next runs fail there with this message; null: they succeed again. */
    failStage: (reference: string, failure: Behaviour['failStage'] | null) =>
      behave(reference, { failStage: failure ?? undefined }),
    /** The next runs take that much longer there, in sandbox milliseconds; null: no longer. */
    slowStage: (reference: string, slow: Behaviour['slowStage'] | null) =>
      behave(reference, { slowStage: slow ?? undefined }),
    /** Sandbox milliseconds that the next runs wait for an agent. */
    setVariables: (reference: string, variables: Record<string, string>) => behave(reference, { variables }),
    queueDelay: (reference: string, ms: number) => behave(reference, { queueMs: ms }),
    runSchedule: async (reference: string) => ({ buildId: await world.runSchedule(find(reference)) }),
    cancel: (buildId: number, as: string) => refusals(world.cancel(buildId, as)),
    retry: (buildId: number, as: string) => refusals(world.retry(buildId, as)),
    decide: (buildId: number, decision: { verdict: 'approved' | 'rejected'; by: string; comment: string }) =>
      refusals(world.decideInPortal(buildId, decision.verdict, decision.by, decision.comment)),
  };
}

async function refusals<Result>(act: Promise<Result>): Promise<Result> {
  try {
    return await act;
  } catch (error) {
    throw new BadRequest(
      `${error instanceof Error ? error.message : String(error)} GET /control/state lists the runs.`,
      409,
    );
  }
}

function signingIn(parts: ControlParts) {
  const { entra } = parts;
  const find = finder(parts);
  return {
    /** Newest first. */
    signIns: (): SignIn[] => entra.signIns(),
    /** `choice`: a user name, `decline`, `wrong-directory`, `expire`; empty signs in the tenant's first account. */
    signIn: (userCode: string, choice = ''): SignIn => entra.answerSignIn(userCode, choice),
    /** Revokes the tenant's refresh tokens: the next sync of a delegated tenant has to wait for somebody. */
    requireSignIn: (reference: string): void => entra.revoke(find(reference).directoryId),
    /** Of the tenant's own, for pipelines that sign in themselves; gone when the sandbox stops. */
    registerApp: (reference: string, app: Omit<TenantApp, 'directoryId' | 'displayName'>) => {
      const { directoryId, repository } = find(reference);
      entra.registerApp({ ...app, directoryId, displayName: `Sync of ${repository}` });
      return { clientId: app.clientId, directoryId };
    },
    letTenantTokensLive: (seconds: number | null): void => entra.letTenantTokensLive(seconds),
    failEntra: (fault: { tenant: string | null; kind: EntraFault; times: number }): void =>
      entra.fail(fault.tenant === null ? '*' : find(fault.tenant).directoryId, fault.kind, fault.times),
  };
}

function receiving({ receiver }: ControlParts) {
  return {
    /** What web hooks sent to the built-in receiver, newest first. */
    received: () => receiver.received(),
    answerReceived: (answer: ReceiverAnswer): void => receiver.answerWith(answer),
  };
}
