/** The API's configuration when it runs on the sandbox instead of on Microsoft's services. */
import { createHash } from 'node:crypto';
import { type Role, ROLES } from './access/permissions.ts';
import type { Environment } from './config.ts';
import {
  API_CLIENT_ID,
  API_CLIENT_SECRET,
  API_DIRECTORY_ID,
  DEVICE_CODE_CLIENT_ID,
} from './sandbox/entra/app-registrations.ts';
import type { TenantKey } from './sandbox/contract.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** With which the simulated Azure DevOps sends its hooks. */
export const SANDBOX_HOOK_SECRET = 'sandbox-hook-secret';

/** The keys that are valid only here: `sandbox-viewer`, `sandbox-operator`, `sandbox-approver`, `sandbox-admin`. */
export const sandboxKey = (role: Role) => `sandbox-${role.toLowerCase()}`;

/** As much of a sandbox as has to be known of it. */
export type SandboxPlaces = {
  azureDevOpsUrl: string;
  entraUrl: string;
  registry: { list(): readonly Pick<TenantKey, 'organization' | 'project'>[] };
};

export type SandboxedApi = { databaseUrl: string; port: number };

export function sandboxEnvironment(sandbox: SandboxPlaces, { databaseUrl, port }: SandboxedApi): Environment {
  const projects = new Set(
    sandbox.registry
      .list()
      .map(({ organization, project }) => `${sandbox.azureDevOpsUrl}/${organization}/${project}`),
  );
  return {
    DATABASE_URL: databaseUrl,
    HOST: '127.0.0.1',
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    AZURE_DEVOPS_PROJECTS: [...projects].join(','),
    ENTRA_DIRECTORY_ID: API_DIRECTORY_ID,
    ENTRA_CLIENT_ID: API_CLIENT_ID,
    ENTRA_CLIENT_SECRET: API_CLIENT_SECRET,
    SIGN_IN_CLIENT_ID: DEVICE_CODE_CLIENT_ID,
    ENTRA_EMULATOR_URL: sandbox.entraUrl,
    PIPELINE_OIDC_ISSUERS: `${sandbox.azureDevOpsUrl}/_oidc/*`,
    AZURE_DEVOPS_HOOK_SECRET: SANDBOX_HOOK_SECRET,
    // Nothing that it seals is a secret; it must be the same after a restart.
    ENCRYPTION_KEYS: `sandbox:${sha256('sandbox').toString('base64')}`,
    SANDBOX_API_KEYS: JSON.stringify(
      ROLES.map((role) => ({
        name: sandboxKey(role),
        role,
        // They stand for people, so that four eyes can be tried out.
        isPerson: true,
        sha256: sha256(sandboxKey(role)).toString('hex'),
      })),
    ),
    POLL_WATCHED_SECONDS: '1',
    POLL_ACTIVE_SECONDS: '2',
    POLL_IDLE_SECONDS: '3',
    DISCOVER_SECONDS: '20',
    GRAPHIQL: 'on',
    INTROSPECTION: 'open',
    LOG_LEVEL: 'warn',
  };
}
