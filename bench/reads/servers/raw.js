/**
 * The floor: node:http, one statement by hand for each question, over the program's own lines to Postgres, and with its
 * comparison of keys.
 */
import { createServer } from 'node:http';
import { isoOfPostgres } from '../../../src/database/columns.ts';
import { PoolWithReadLines } from '../../../src/database/read-lines.ts';
import { authenticate } from './same-resolvers.js';

const config = { connectionString: process.env.DATABASE_URL, max: 20 };
const pool = new PoolWithReadLines(config, { onLost: (error) => console.error(error) });

/** Only what is answered, as arrays, and as the texts that Postgres sends; with the largest limit inside it is planned once. */
const asText = { getTypeParser: () => (text) => text };
const LIST = {
  name: 'read_list',
  rowMode: 'array',
  types: asText,
  text: `select * from (
      select t.id, t.display_name, t.status, t.status_since, r.id, r.status, r.outcome, r.queued_at
      from tenants t left join sync_runs r on r.id = t.latest_run_id
      where t.removed_at is null order by t.display_name, t.id limit 100
    ) page limit $1`,
};
const CHANGE_SET = {
  name: 'read_change_set',
  rowMode: 'array',
  types: asText,
  text: `(select id, digest, null as kind, null as type, null as name, null as path, null as diff, null::int as position
      from change_sets where id = $1)
    union all
    (select id, null, kind, configuration_type, display_name, path, diff, position
      from changes where change_set_id = $1 order by position limit 50)
    order by position nulls first`,
};

async function list({ first }) {
  const { rows } = await pool.query({ ...LIST, values: [first] });
  const nodes = rows.map(([id, displayName, status, statusSince, runId, runStatus, outcome, queuedAt]) => ({
    id,
    displayName,
    status,
    statusSince: isoOfPostgres(statusSince),
    latestRun: runId && { id: runId, status: runStatus, outcome, queuedAt: isoOfPostgres(queuedAt) },
  }));
  return { tenants: { nodes } };
}

async function changeSet({ id: wanted }) {
  const { rows } = await pool.query({ ...CHANGE_SET, values: [wanted] });
  const [changeSet, ...changes] = rows;
  if (!changeSet) return { changeSet: null };
  const [id, digest] = changeSet;
  const nodes = changes.map(([changeId, , kind, configurationType, displayName, path, diff]) => ({
    id: changeId,
    kind,
    configurationType,
    displayName,
    path,
    diff,
  }));
  return { changeSet: { id, digest, changes: { nodes } } };
}

function answer({ query, variables }) {
  if (query.startsWith('query List')) return list(variables);
  return query.startsWith('query ChangeSet') ? changeSet(variables) : { __typename: 'Query' };
}

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    const viewer = await authenticate(request.headers.authorization);
    if (!viewer) return response.writeHead(401).end();
    const text = JSON.stringify({ data: await answer(JSON.parse(Buffer.concat(chunks).toString())) });
    response.writeHead(200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(text),
    });
    response.end(text);
  });
}).listen(Number(process.env.PORT), '127.0.0.1');
