/** The second wall: nothing of a tenant is read without somebody for whom it is read. */
import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { OWN_WORK as OWN_WORK_SCOPES } from '../../src/access/viewer.ts';
import { changeSetsByIds } from '../../src/change-sets/change-sets.ts';
import type { Queryable } from '../../src/database/database.ts';
import { syncRunsByIds } from '../../src/sync-runs/sync-runs.ts';
import { tenantsByIds } from '../../src/tenants/tenants.ts';

/** What belongs to a tenant, or says who may do what. */
const TABLES = [
  ...[
    'tenants',
    'syncRuns',
    'challenges',
    'signInFlows',
    'changeSets',
    'changes',
    'decisions',
    'reverts',
    'events',
  ],
  ...['auditLog', 'roleGrants', 'apiKeys', 'apiKeySecrets', 'decisionTokens', 'digestKeys'],
];
const READS = new RegExp(`\\.(from|innerJoin|leftJoin)\\(\\s*(${TABLES.join('|')})\\b`);
/** An EventFilter names the tenants that are visible: it cannot be made without. */
const SCOPED = /\b(Viewer|Scope|OwnWork|EventFilter)\b/;
/** Handles that only a scoped read gives: whoever holds one has passed the wall. */
const HANDLES = /\b(LockedRun|Tenant|SyncRun|Decision|ChangeSet|Revert)\b/;

type Reader = { file: string; name: string; isExported: boolean; parameters: string };

function readersOf(file: string): Reader[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Reader[] = [];
  const add = (name: string, node: ts.SignatureDeclaration, isExported: boolean) => {
    if (!READS.test(node.getText(source))) return;
    const parameters = node.parameters.map((one) => one.getText(source)).join(', ');
    found.push({ file, name, isExported, parameters });
  };
  for (const statement of source.statements) {
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
    if (ts.isFunctionDeclaration(statement) && statement.name)
      add(statement.name.text, statement, isExported);
    if (ts.isVariableStatement(statement))
      for (const { name, initializer } of statement.declarationList.declarations)
        if (initializer && ts.isArrowFunction(initializer))
          add(name.getText(source), initializer, isExported);
    if (ts.isClassDeclaration(statement) && READS.test(statement.getText(source)))
      found.push({ file, name: statement.name?.text ?? '', isExported, parameters: '' });
  }
  return found;
}

const readers = globSync('src/**/*.ts', { exclude: ['src/sandbox/**'] }).flatMap(readersOf);
const unscoped = readers.filter(({ parameters }) => !SCOPED.test(parameters) && !HANDLES.test(parameters));
const label = ({ file, name }: Reader) => `${file.replace('src/', '')} ${name}`;

test('Readers of tenants’ things are found', () => {
  expect(readers.length).toBeGreaterThan(40);
  expect(readers.map(label)).toContain('access/audit-log.ts listAudit');
});

/** The program's own work, and what is read behind a wall: each reader with whose it is. */
const OWN_WORK: Record<string, string> = {
  'tenants/register-tenants.ts registerTenants': 'poller',
  'tenants/register-tenants.ts linkBaselines': 'poller',
  'tenants/write-tenant.ts loadTenant': 'poller, of a run that it looks at',
  'poller/hints.ts projectOf': 'poller',
  'poller/known-runs.ts tenantsOf': 'poller',
  'poller/known-runs.ts runsOf': 'poller',
  'poller/known-runs.ts countOpenRuns': 'poller',
  'events/read-events.ts readRange': 'feed, which filters for each subscriber',
  'change-sets/decisions.ts loadDecision': 'jobs',
  'change-sets/reverts.ts loadRevert': 'jobs',
  'change-sets/reverts.ts revertOf': 'behind the lock of a run that is the viewer’s',
  'change-sets/run-revert.ts loadWork': 'jobs',
  'change-sets/person-tokens.ts openPersonToken': 'jobs',
  'change-sets/decisions.ts standingDecisions': 'behind the lock of a run that is the viewer’s',
  'change-sets/store-change-set.ts newestChangeSet': 'behind the lock of a run that is the viewer’s',
  'sync-runs/challenges.ts newestChallenge': 'behind the lock of a run that is the viewer’s',
  'sync-runs/sign-in-flows.ts takeTurns': 'sign-ins',
  'sync-runs/start-sync.ts newestRun': 'behind the lock of a tenant that is the viewer’s',
  'sync-runs/start-sync.ts hasUnfinishedRevert': 'behind the lock of a tenant that is the viewer’s',
  'sync-runs/digest-key.ts load': 'pipeline and poller',
  'server/pipeline-credentials-route.ts tenantsOf': 'pipeline, by the job’s own token',
  'tenants/register-tenants.ts knownPlaces': 'poller',
  'tenants/tenants.ts tenantRows': 'under the viewer’s condition, by each of its callers',
  'change-sets/change-sets.ts ofVisibleRun': 'the viewer’s condition itself',
  'change-sets/list-changes.ts inVisibleChangeSet': 'the viewer’s condition itself',
  'web-hooks/manage-web-hooks.ts refuseWrongFacts': 'behind the right to manage web hooks',
  'web-hooks/queue-deliveries.ts tenantOfOldest': 'deliveries',
  'access/key-viewer.ts viewerOfKey': 'authentication, which makes the viewer',
  'access/role-grants.ts grantsOf': 'authentication, which makes the viewer',
  'access/api-keys.ts lockWorkingKey': 'behind the right to manage keys',
  'access/api-keys.ts mustLoad': 'behind the right to manage keys',
  'access/api-keys.ts withSecrets': 'behind the right to manage keys',
  'access/audit-log.ts exportAudit': 'behind the right to read the audit log of the fleet',
};

test('Every function that reads something of a tenant says for whom, but for the program’s own work', () => {
  const known = Object.keys(OWN_WORK);
  expect(unscoped.map(label).filter((one) => !known.includes(one))).toEqual([]);
});

test('What the program reads for itself is out of GraphQL’s reach', () => {
  const names = unscoped.filter(({ isExported }) => isExported).map(({ name }) => name);
  expect(names.length).toBeGreaterThan(5);
  const reaching = globSync('src/**/*.graphql.ts').flatMap((file) => {
    const imports = readFileSync(file, 'utf8').match(/^import[^;]*;/gm) ?? [];
    return names
      .filter((name) => imports.some((one) => new RegExp(`\\b${name}\\b`).test(one)))
      .map((name) => `${file} imports ${name}`);
  });
  expect(reaching).toEqual([]);
});

/** Kept by the compiler: each of these lines is an error, or the type check of this file fails. */
export function refusedByTheTypes(db: Queryable): unknown[] {
  return [
    // @ts-expect-error There is no reading without somebody for whom it is read.
    tenantsByIds(db, []),
    // @ts-expect-error Nobody in particular is nobody.
    syncRunsByIds(db, null, []),
    // @ts-expect-error The program's own work reads through its own functions.
    changeSetsByIds(db, OWN_WORK_SCOPES.poller, []),
  ];
}
