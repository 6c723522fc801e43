import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Queryable } from '../database/database.ts';
import { prepared } from '../database/prepared.ts';
import { apiKeys, apiKeySecrets } from './access.table.ts';
import { sha256, subjectOfKey } from './api-keys.ts';
import { grantsOf } from './role-grants.ts';
import type { Viewer } from './viewer.ts';

/** The last use is noted to the minute: a write for each request would say no more. */
const NOTE_USE_EVERY = sql`interval '1 minute'`;

const NOW = sql`clock_timestamp()`;

/** Whom a secret of the database names; null when it names nobody, was revoked or has expired. */
export async function viewerOfKey(q: Queryable, secret: string): Promise<Viewer | null> {
  const hash = sha256(secret);
  // Asked for each request, so that what was revoked is refused at once.
  const statement = prepared(q, ['keyBySecret'], (name) =>
    q
      .select({
        id: apiKeys.id,
        name: apiKeys.name,
        personId: apiKeys.personId,
        expiresAt: apiKeySecrets.expiresAt,
        isUseNoted: sql`coalesce(${apiKeySecrets.lastUsedAt} > ${NOW} - ${NOTE_USE_EVERY}, false)`.mapWith(
          Boolean,
        ),
      })
      .from(apiKeySecrets)
      .innerJoin(apiKeys, eq(apiKeys.id, apiKeySecrets.keyId))
      .where(
        and(
          eq(apiKeySecrets.sha256, sql.placeholder('hash')),
          isNull(apiKeys.revokedAt),
          gt(apiKeySecrets.expiresAt, NOW),
        ),
      )
      .prepare(name),
  );
  const [key] = await statement.execute({ hash });
  if (!key) return null;
  if (!key.isUseNoted)
    await q.update(apiKeySecrets).set({ lastUsedAt: NOW }).where(eq(apiKeySecrets.sha256, hash));
  const { name, personId, expiresAt } = key;
  const subject = subjectOfKey(key.id);
  return {
    actor: { kind: personId ? 'PERSON' : 'API_KEY', id: personId ?? subject, displayName: name },
    personId: personId ?? subject,
    isMachine: personId === null,
    grants: await grantsOf(q, [subject]),
    expiresAt,
  };
}
