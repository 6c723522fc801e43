import { createHash, timingSafeEqual } from 'node:crypto';
import type { Role } from './permissions.ts';
import type { Viewer } from './viewer.ts';

/** A key as the configuration holds it: never the key itself. `sha256` is lower-case hexadecimal. */
export type ApiKey = { name: string; role: Role; sha256: string };

/** Who sent an `Authorization` header; null when it names nobody. Scheme `Bearer`, in any case. */
export type Authenticate = (authorization: string | null | undefined) => Promise<Viewer | null>;

const BEARER = /^Bearer +([^\s]+) *$/i;

export function authenticateWith(keys: readonly ApiKey[]): Authenticate {
  const known = keys.map((key) => ({ key, hash: Buffer.from(key.sha256, 'hex'), viewer: viewerOf(key) }));
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

function viewerOf({ name, role }: ApiKey): Viewer {
  const id = `key/${name}`;
  return {
    actor: { kind: 'API_KEY', id, displayName: name },
    personId: id,
    roles: new Set([role]),
    tenants: 'ALL',
  };
}

/** Nobody: may see and do nothing. */
export const ANONYMOUS: Viewer = {
  actor: { kind: 'PERSON', id: 'anonymous', displayName: 'Nobody' },
  personId: 'anonymous',
  roles: new Set(),
  tenants: new Set(),
};
