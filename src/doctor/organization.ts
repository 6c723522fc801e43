import { AzureDevOpsError } from '../azure-devops/azure-devops-error.ts';
import type { AzureDevOpsHttp } from '../azure-devops/azure-devops-http.ts';
import { readConnectionData } from '../azure-devops/connection-data.ts';
import type { TokenSource } from '../azure-devops/token-source.ts';
import { messageOf } from '../lib/errors.ts';
import { ok, type Verdict, wrong } from './finding.ts';

const MEMBER = 'Add the service as a user of the organisation, with a Basic licence.';

/** The service, as the organisation knows it. */
export type Me = { id: string; displayName: string };

/** Whether the service gets a token, and the organisation takes it. `me` null: nothing else can be asked there. */
export async function greet(
  http: AzureDevOpsHttp,
  tokens: TokenSource,
): Promise<{ verdict: Verdict; me: Me | null }> {
  try {
    await tokens.authorization({ fresh: false });
  } catch (error) {
    const remedy = 'Check the ENTRA_… settings: directory, client, and that the secret has not expired.';
    return { verdict: wrong(`There is no token for the service: ${messageOf(error)}`, remedy), me: null };
  }
  try {
    const { identityId: id, displayName } = await readConnectionData(http);
    if (id === null)
      return { verdict: wrong('The organisation does not say who the service is.', MEMBER), me: null };
    const me = { id, displayName: displayName ?? id };
    return { verdict: ok(`The service is "${me.displayName}" there.`), me };
  } catch (error) {
    return { verdict: wrong(messageOf(error), remedyOf(error)), me: null };
  }
}

function remedyOf(error: unknown): string {
  const status = error instanceof AzureDevOpsError ? error.statusCode : undefined;
  if (status === undefined) return 'Check the address in AZURE_DEVOPS_PROJECTS, the network and the proxy.';
  if (status === 401 || status === 203 || status === 403) return MEMBER;
  if (status === 404) return 'Check the name of the organisation in AZURE_DEVOPS_PROJECTS.';
  return 'Try again later.';
}
