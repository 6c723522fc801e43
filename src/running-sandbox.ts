import { z } from 'zod';
import type { Environment } from './config.ts';
import { sandboxEnvironment } from './sandbox-environment.ts';

const state = z.object({ tenants: z.array(z.object({ organization: z.string(), project: z.string() })) });

/** The configuration of the API on the sandbox that runs on this machine. */
export async function runningSandbox({ SANDBOX_PORT = '4100', PORT = '4000' }: Environment) {
  const url = `http://127.0.0.1:${SANDBOX_PORT}`;
  const answer = await fetch(`${url}/control/state`).catch(() => null);
  if (!answer?.ok) throw new Error(`No sandbox answers at ${url}: start it with npm run sandbox.`);
  const { tenants } = state.parse(await answer.json());
  const places = { azureDevOpsUrl: `${url}/azure-devops`, entraUrl: `${url}/entra` };
  return sandboxEnvironment(
    { ...places, registry: { list: () => tenants } },
    { databaseUrl: 'postgres://unused', port: Number(PORT) },
  );
}
