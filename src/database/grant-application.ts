import type { PoolClient } from 'pg';
import type { Database } from './database.ts';
import { withMigrationLock } from './migrate.ts';

/** The tables of the API, and those of its job queue. */
const SCHEMAS = ['public', 'graphile_worker'] as const;

/**
 * Gives the application's role what it needs in a database that another role owns: everything but to change what is in
 * the audit log, or what keeps it so. Runs at every start, as tables may be new. Throws when the two are not apart.
 */
export async function grantToApplication(owner: Database, application: Database): Promise<void> {
  const { rows } = await application.pool.query<{ role: string }>('select current_user as role');
  const role = rows[0]?.role ?? '';
  await withMigrationLock(owner, async (client) => {
    await mustBeApart(client, role);
    for (const schema of SCHEMAS) await grantSchema(client, { schema, role });
    const name = client.escapeIdentifier(role);
    await client.query(`revoke update, delete, truncate, trigger on audit_log from ${name}`);
    await client.query(`revoke insert, delete, truncate, trigger on audit_head from ${name}`);
  });
}

async function mustBeApart(client: PoolClient, role: string): Promise<void> {
  const { rows } = await client.query<{ owner: string; isOwner: boolean }>(
    `select current_user as owner, rolsuper or pg_has_role(rolname, current_user, 'MEMBER') as "isOwner"
     from pg_roles where rolname = $1`,
    [role],
  );
  const [found] = rows;
  if (found?.isOwner === false) return;
  throw new Error(
    `DATABASE_URL signs in as "${role}", which can do all that "${found?.owner ?? '?'}" of DATABASE_OWNER_URL can: give the API a role of its own that is neither an administrator nor a member of the owner.`,
  );
}

async function grantSchema(
  client: PoolClient,
  { schema, role }: { schema: string; role: string },
): Promise<void> {
  const name = client.escapeIdentifier(role);
  await client.query(`grant usage on schema ${schema} to ${name}`);
  await client.query(`grant select, insert, update, delete on all tables in schema ${schema} to ${name}`);
  await client.query(`grant usage, select on all sequences in schema ${schema} to ${name}`);
  await client.query(`grant execute on all functions in schema ${schema} to ${name}`);
  // The job queue hides its rows from everybody but its owner.
  const { rows } = await client.query<{ table: string }>(
    `select relname as table from pg_class
     where relnamespace = $1::regnamespace and relrowsecurity
       and not exists (select from pg_policy where polrelid = pg_class.oid and polname = $2)`,
    [schema, policyOf(role)],
  );
  for (const { table } of rows) {
    const on = `${schema}.${client.escapeIdentifier(table)}`;
    const policy = client.escapeIdentifier(policyOf(role));
    await client.query(`create policy ${policy} on ${on} to ${name} using (true) with check (true)`);
  }
}

const policyOf = (role: string) => `application ${role}`.slice(0, 63);
