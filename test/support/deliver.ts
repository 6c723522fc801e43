/** A process that only sends web hooks, to be killed: `node test/support/deliver.ts <database url>`. */
import { openDatabase } from '../../src/database/database.ts';
import { silent } from './silent.ts';
import { startDeliverer } from './web-hooks.ts';

const database = openDatabase({ url: process.argv[2] ?? '', maxConnections: 5, logger: silent });
startDeliverer(database.db, { leaseMs: 500 });
