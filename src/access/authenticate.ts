/** Who sent a request: a key of the database, a token of Entra ID, or one of the sandbox's fixed keys. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Queryable } from '../database/database.ts';
import { viewerOfKey } from './key-viewer.ts';
import { KEY_PREFIX } from './api-keys.ts';
import type { EntraCallers } from './entra-callers.ts';
import type { Role } from './permissions.ts';
import type { Viewer } from './viewer.ts';

/** Who sent an `Authorization` header; null when it names nobody. Scheme `Bearer`, in any case. */
export type Authenticate = (authorization: string | null | undefined) => Promise<Viewer | null>;

const BEARER = /^Bearer +([^\s]+) *$/i;
/** Entra's tokens have three to six thousand letters at most. */
const LONGEST_CREDENTIAL = 16_000;
/** The same key may be written in several ways: with more blanks, or another `bearer`. */
const MOST_REMEMBERED = 100;

/** Throws UpstreamError when the keys of Entra ID are out of reach. */
export function createAuthenticate(parts: {
  db: Queryable;
  fixedKeys: readonly FixedKey[];
  /** null: no directory is configured, so no token of Entra ID is believed. */
  entra: EntraCallers | null;
}): Authenticate {
  const fixed = authenticateWith(parts.fixedKeys);
  const remembered = new Map<string, Viewer>();
  return async (authorization) => {
    const known = authorization && remembered.get(authorization);
    if (known) return known;
    const credential = BEARER.exec(authorization ?? '')?.[1];
    if (credential === undefined || credential.length > LONGEST_CREDENTIAL) return null;
    if (credential.startsWith(KEY_PREFIX)) return viewerOfKey(parts.db, credential);
    if (credential.split('.').length === 3) return (await parts.entra?.(credential)) ?? null;
    // They never change while the program runs: each is remembered once it was right, and no other text is.
    const viewer = await fixed(authorization);
    if (viewer && authorization && remembered.size < MOST_REMEMBERED) remembered.set(authorization, viewer);
    return viewer;
  };
}

/** A key that the configuration holds, for the sandbox: never the key itself. `sha256` is lower-case hexadecimal. */
export type FixedKey = { name: string; role: Role; sha256: string; isPerson?: boolean | undefined };

export function authenticateWith(keys: readonly FixedKey[]): Authenticate {
  const known = keys.map((key) => ({ hash: Buffer.from(key.sha256, 'hex'), viewer: viewerOf(key) }));
  return (authorization) => {
    const secret = BEARER.exec(authorization ?? '')?.[1];
    if (secret === undefined) return Promise.resolve(null);
    const hash = createHash('sha256').update(secret).digest();
    let viewer: Viewer | null = null;
    // All are compared, each in constant time: the time tells nothing about which one came close.
    for (const candidate of known) if (timingSafeEqual(hash, candidate.hash)) viewer = candidate.viewer;
    return Promise.resolve(viewer);
  };
}

function viewerOf({ name, role, isPerson = false }: FixedKey): Viewer {
  const id = `key/${name}`;
  return {
    actor: { kind: 'API_KEY', id, displayName: name },
    personId: id,
    isMachine: !isPerson,
    grants: { fleet: new Set([role]), byTenant: new Map() },
    expiresAt: null,
  };
}
