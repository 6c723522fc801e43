/** People and applications by their access tokens of Entra ID (version 2.0 tokens). */
import { errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import { createIssuerKeys, unprovenIssuer } from '../azure-devops/issuer-keys.ts';
import { databaseNow, type Queryable } from '../database/database.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { type Role, ROLES } from './permissions.ts';
import { grantsOf } from './role-grants.ts';
import type { Grants, Viewer } from './viewer.ts';

/** Whom a token names; null: it is not one that may be believed. Throws UpstreamError when its keys are out of reach. */
export type EntraCallers = (token: string) => Promise<Viewer | null>;

export type EntraCallerOptions = {
  db: Queryable;
  logger: Logger;
  /** Ids of the directories whose tokens are believed. App roles count only from the first: it is ours. */
  directories: readonly string[];
  audience: string;
  /** What a person's token must have in `scp`. */
  scope: string;
  /** Where tokens come from, without a trailing slash. */
  authority: string;
  /** How old known keys may get before they are fetched again; an hour when it is not given. */
  keysFreshForMs?: number;
};

const LEEWAY_SECONDS = 60;
const guid = z.guid().transform((text) => text.toLowerCase());
const claimsShape = z.object({
  tid: guid,
  oid: guid,
  exp: z.number(),
  name: z.string().optional(),
  app_displayname: z.string().optional(),
  scp: z.string().optional(),
  sub: z.string().optional(),
  /** The application that asked for the token: in access tokens only. */
  azp: z.string().optional(),
  roles: z.array(z.string()).default([]),
  /** Absent when there are too many to list: then only grants to the person count. */
  groups: z.array(guid).catch([]).default([]),
});
type Claims = z.infer<typeof claimsShape>;

export function createEntraCallers(options: EntraCallerOptions): EntraCallers {
  const directories = options.directories.map((id) => id.toLowerCase());
  const issuers = new Set(directories.map((id) => `${options.authority}/${id}/v2.0`));
  const keysOf = createIssuerKeys({ freshForMs: options.keysFreshForMs });
  const refuse = (reason: string) => {
    options.logger.info("A caller's token was refused.", { reason });
    return null;
  };
  return async (token) => {
    const issuer = unprovenIssuer(token);
    if (issuer === null || !issuers.has(issuer)) return refuse('Its issuer is not configured.');
    try {
      const { payload } = await jwtVerify(token, await keysOf(issuer), {
        issuer,
        audience: options.audience,
        algorithms: ['RS256'],
        clockTolerance: LEEWAY_SECONDS,
        currentDate: await databaseNow(options.db),
        requiredClaims: ['exp', 'nbf', 'tid', 'oid'],
      });
      const claims = claimsOf(payload);
      // A directory speaks only for its own people, whatever the claims say.
      if (!claims || issuer !== `${options.authority}/${claims.tid}/v2.0`)
        return refuse('Its claims are not those of an access token of its issuer.');
      const viewer = await viewerOf(options, claims);
      if (!viewer) return refuse('It has neither the scope nor an app role.');
      return viewer.isMachine ? viewer : { ...viewer, callerToken: token };
    } catch (error) {
      if (error instanceof errors.JOSEError) return refuse(messageOf(error));
      throw error;
    }
  };
}

function claimsOf(payload: JWTPayload): Claims | null {
  const { success, data } = claimsShape.safeParse(payload);
  return success ? data : null;
}

/** A person's token has a scope, an application's only roles. null: neither, as an identity token. */
async function viewerOf(options: EntraCallerOptions, claims: Claims): Promise<Viewer | null> {
  const { tid, oid, scp, roles, groups } = claims;
  const isMachine = scp === undefined;
  if (isMachine ? !isOfApplication(claims) : !scp.split(' ').includes(options.scope)) return null;
  const id = `${tid}/${oid}`;
  const displayName = (claims.name ?? claims.app_displayname ?? id).toWellFormed().replaceAll('\0', '');
  const memberOf = groups.map((group) => `group/${tid}/${group}`);
  const subjects = [`${isMachine ? 'application' : 'person'}/${id}`, ...memberOf];
  const isOurs = tid === options.directories[0]?.toLowerCase();
  return {
    actor: { kind: isMachine ? 'APPLICATION' : 'PERSON', id, displayName },
    personId: id,
    isMachine,
    groups: memberOf,
    grants: withFleetRoles(await grantsOf(options.db, subjects), isOurs ? appRoles(roles) : []),
    expiresAt: new Date(claims.exp * 1_000),
  };
}

/** A person's identity token for this API has no scope either, and the person's app roles: it opens nothing. */
const isOfApplication = ({ azp, sub, oid, roles }: Claims) =>
  azp !== undefined && sub === oid && roles.length > 0;

/** App roles are named like ours, in any case, with or without a prefix: `Admin`, `TenantSync.Admin`. */
const appRoles = (values: readonly string[]): Role[] =>
  ROLES.filter((role) => values.some((value) => value.split('.').at(-1)?.toUpperCase() === role));

const withFleetRoles = ({ fleet, byTenant }: Grants, roles: readonly Role[]): Grants => ({
  fleet: new Set([...fleet, ...roles]),
  byTenant,
});
