/**
 * Who asks for a tenant's credential: the OIDC token that Azure DevOps gives to a job for a service connection.
 * Two issuers exist. Azure DevOps' own (retired for most connections in July 2027) names the connection in the
 * subject; Entra's names ids only, which have to be looked up.
 */
import { errors, jwtVerify } from 'jose';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { createIssuerKeys, unprovenIssuer } from './issuer-keys.ts';

export type PipelineJob = { organization: string; project: string; serviceConnection: string };

/** null: the token is not one that may be believed. Throws UpstreamError when the issuer's keys are out of reach. */
export type PipelineTokenVerifier = (token: string) => Promise<PipelineJob | null>;

/** A service connection by the ids that Entra's subject holds. */
export type FindServiceConnection = (ids: {
  organizationId: string;
  connectionId: string;
}) => Promise<PipelineJob | null>;

/** `*` stands for one part of the path: the organisation's id, or the directory's. */
export const AZURE_ISSUERS = ['https://vstoken.dev.azure.com/*', 'https://login.microsoftonline.com/*/v2.0'];
export const AZURE_AUDIENCE = 'api://AzureADTokenExchange';

export type PipelineTokenOptions = {
  issuers?: readonly string[] | undefined;
  audience?: string | undefined;
  /** Without it, subjects that hold only ids are refused. */
  findConnection?: FindServiceConnection | undefined;
  /** The clock by which tokens expire; this machine's own when it is not given. */
  now?: () => Promise<Date>;
  logger: Logger;
};

const LEEWAY_SECONDS = 60;

export function createPipelineTokenVerifier(options: PipelineTokenOptions): PipelineTokenVerifier {
  const patterns = (options.issuers ?? AZURE_ISSUERS).map(issuerPattern);
  const keysOf = createIssuerKeys();
  const refuse = (reason: string) => {
    options.logger.info("A job's token was refused.", { reason });
    return null;
  };
  return async (token) => {
    const issuer = unprovenIssuer(token);
    if (!issuer || !patterns.some((pattern) => pattern.test(issuer)))
      return refuse('Its issuer is not configured.');
    try {
      const { payload } = await jwtVerify(token, await keysOf(issuer), {
        issuer,
        audience: options.audience ?? AZURE_AUDIENCE,
        algorithms: ['RS256'],
        clockTolerance: LEEWAY_SECONDS,
        currentDate: (await options.now?.()) ?? new Date(),
        requiredClaims: ['exp', 'sub'],
      });
      const job = await jobOf(payload.sub ?? '', options.findConnection);
      return job ?? refuse('Its subject is no service connection that is known.');
    } catch (error) {
      if (error instanceof errors.JOSEError) return refuse(messageOf(error));
      throw error;
    }
  };
}

const issuerPattern = (pattern: string) =>
  new RegExp(`^${pattern.split('*').map(RegExp.escape).join('[0-9A-Za-z._-]+')}$`);

const BY_NAME = /^sc:\/\/([^/]+)\/([^/]+)\/(.+)$/;
const GUID = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';
/** Entra's: environment, directory and app of the federation, then Azure DevOps' own part. */
const BY_ID = new RegExp(`^/eid1/c/[^/]+/t/[^/]+/a/[^/]+/sc/(${GUID})/(${GUID})$`);

async function jobOf(
  subject: string,
  findConnection: FindServiceConnection | undefined,
): Promise<PipelineJob | null> {
  const [, organization, project, serviceConnection] = BY_NAME.exec(subject) ?? [];
  if (organization && project && serviceConnection) return { organization, project, serviceConnection };
  const [, organizationId, connectionId] = BY_ID.exec(subject) ?? [];
  if (!organizationId || !connectionId || !findConnection) return null;
  return findConnection({
    organizationId: organizationId.toLowerCase(),
    connectionId: connectionId.toLowerCase(),
  });
}
