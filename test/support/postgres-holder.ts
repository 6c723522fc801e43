import { NOTHING_TO_LOSE, startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { silent } from './silent.ts';

/** A program of its own that starts a Postgres on the folder it is told, says its address, and waits to be killed. */
const [, , dataFolder = ''] = process.argv;
const { url } = await startEmbeddedPostgres({ dataFolder, logger: silent, settings: NOTHING_TO_LOSE });
console.log(url);
setInterval(() => undefined, 60_000);
