/** What holds for the pipeline, over many generated configurations of a tenant whose Graph has its moods. */
import { expect, test } from 'vitest';
import {
  CHANGE_SET_ATTACHMENT,
  type ChangeSetAttachment,
  RESULTS_ATTACHMENT,
  type ResultsAttachment,
} from '../../src/pipeline/contract.ts';
import { tenantConfiguration } from '../../src/sandbox/tenants/configuration/tenant-configuration.ts';
import { DIRECTORY, startGraphTenant } from '../pipeline/graph/graph-tenant.ts';
import { pathsOf, randomEdits, randomFrom } from '../pipeline/graph/random-configuration.ts';
import { MemoryRepository, Pipeline } from '../pipeline/memory.ts';

const CONFIGURATIONS = Number(process.env.CONFIGURATIONS ?? 100);
const FIRST_SEED = Number(process.env.SEED ?? 1000);
const configuration = tenantConfiguration({
  ...{ company: 'Contoso', domain: 'contoso.example' },
  ...{ countries: ['DE', 'NL'], size: 'large' },
});

/** `SEED=7 CONFIGURATIONS=1 npm run test:long -- test/long/pipeline-properties.test.ts` looks at one again. */
test('Backup after deploy gives the same files, what is written is what was previewed, and nothing is written twice', async () => {
  let changesInAll = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + CONFIGURATIONS; seed += 1)
    changesInAll += await deployGenerated(seed);
  console.log(`${CONFIGURATIONS} generated configurations, ${changesInAll} changes deployed`);
  expect(changesInAll).toBeGreaterThan(CONFIGURATIONS);
});

async function deployGenerated(seed: number): Promise<number> {
  await using tenant = await startGraphTenant(configuration);
  const random = randomFrom(seed);
  tenant.graph.behave({
    pageSize: 1 + random(50),
    ...(random(2) === 0 ? { throttleEvery: 5 + random(20), retryAfterSeconds: 0.01 } : {}),
    ...(random(4) === 0 ? { inconsistentForMs: 50 } : {}),
  });
  const repository = new MemoryRepository();
  const sync = async () => {
    const run = new Pipeline(repository, tenant.connect());
    if (!(await run.look())) return { changes: [], failed: [] };
    await run.run('DEPLOY');
    const { changes = [] } = run.attached(CHANGE_SET_ATTACHMENT.type) as ChangeSetAttachment;
    const { results } = run.attached(RESULTS_ATTACHMENT.type) as ResultsAttachment;
    return { changes, failed: results.filter(({ result }) => result !== 'APPLIED') };
  };
  await new Pipeline(repository, tenant.connect()).run('BACKUP');
  repository.push('main', new Map(Object.entries(randomEdits(configuration, seed))));
  const desired = repository.files('main');

  const { changes, failed } = await sync();
  expect(failed, `seed ${seed}`).toEqual([]);
  const written = pathsOf(tenant.tenants.ledger(DIRECTORY)).sort();
  expect(written, `seed ${seed}`).toEqual(changes.map(({ path }) => path).sort());
  const writes = tenant.writes().length;
  expect((await sync()).changes, `seed ${seed}`).toEqual([]);
  expect(tenant.writes(), `seed ${seed}`).toHaveLength(writes);
  for (const branch of ['tenant-state', 'main'])
    expect(repository.files(branch), `seed ${seed}, ${branch}`).toEqual(desired);
  return changes.length;
}
