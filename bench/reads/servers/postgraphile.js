/** PostGraphile on the same tables. A comment tells it of the one edge that has no foreign key. */
import { createServer } from 'node:http';
import pg from 'pg';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

const { DATABASE_URL, PORT } = process.env;
const client = new pg.Client({ connectionString: DATABASE_URL });
await client.connect();
await client.query(
  "comment on table tenants is E'@foreignKey (latest_run_id) references sync_runs (id)|@fieldName latestRun'",
);
await client.end();

const pgl = postgraphile({
  extends: [PostGraphileAmberPreset],
  // It leaves out what it takes for not indexed, an index of several columns included.
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  pgServices: [
    makePgService({ connectionString: DATABASE_URL, schemas: ['public'], poolConfig: { max: 20 } }),
  ],
  grafserv: { port: Number(PORT), watch: false },
  grafast: { explain: false },
});
const server = createServer();
await pgl.createServ(grafserv).addTo(server);
server.listen(Number(PORT), '127.0.0.1');
