/**
 * Approves (or rejects) what waits for approval, after showing every change.
 *
 *   npx node examples/approve.ts                       shows everything that waits
 *   npx node examples/approve.ts Contoso --approve     approves the tenants whose name contains "Contoso"
 *   npx node examples/approve.ts Contoso --reject "Not before Monday"
 *
 * What is approved is the content that was printed: its digest goes along, and if the content is another by then, the
 * API refuses and this script says so.
 */
import { connectionFromEnvironment, request } from './graphql.ts';

const WAITING = /* GraphQL */ `
  query Waiting($search: String) {
    tenants(filter: { status: [PENDING_APPROVAL], search: $search }, first: 100) {
      nodes {
        displayName
        latestRun {
          changeSet {
            id
            digest
          }
        }
      }
    }
  }
`;

const CHANGES = /* GraphQL */ `
  query Changes($id: ID!, $after: String) {
    changeSet(id: $id) {
      changes(first: 50, after: $after) {
        nodes {
          kind
          configurationType
          displayName
          properties {
            path
            before
            after
            isSensitive
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`;

const decide = (field: 'approveChangeSet' | 'rejectChangeSet', input: string) => /* GraphQL */ `
  mutation Decide($input: ${input}!) {
    ${field}(input: $input) {
      __typename
      ... on Decision { state at }
      ... on Refusal { message }
    }
  }
`;

type Property = { path: string; before: string | null; after: string | null; isSensitive: boolean };
type Change = { kind: string; configurationType: string; displayName: string; properties: Property[] };
type ChangeSet = { id: string; digest: string };
type Changes = { nodes: Change[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
type Waiting = {
  tenants: { nodes: { displayName: string; latestRun: { changeSet: ChangeSet | null } | null }[] };
};
type Decided = Record<string, { __typename: string; state?: string; message?: string }>;

const connection = connectionFromEnvironment('approver');
const [search, verb, comment] = process.argv.slice(2);

if (search === '--help') {
  console.log('npx node examples/approve.ts [part of a name] [--approve | --reject] [comment]');
  process.exit(0);
}

const { tenants } = await request<Waiting>(connection, WAITING, { search: search ?? null });
const waiting = tenants.nodes.flatMap(({ displayName, latestRun }) =>
  latestRun?.changeSet ? [{ displayName, changeSet: latestRun.changeSet }] : [],
);
if (waiting.length === 0) console.log('Nothing waits for approval.');

for (const { displayName, changeSet } of waiting) {
  print(displayName, changeSet, await readChanges(changeSet));
  if (verb === '--approve') await send('approveChangeSet', changeSet);
  if (verb === '--reject') await send('rejectChangeSet', changeSet);
}

/** Every one of them: nothing is approved that was not shown. */
async function readChanges({ id }: ChangeSet): Promise<Change[]> {
  const all: Change[] = [];
  for (let after: string | null = null; ;) {
    const page: { changeSet: { changes: Changes } | null } = await request(connection, CHANGES, {
      id,
      after,
    });
    if (!page.changeSet) throw new Error(`The change set ${id} is gone; run this again.`);
    const { nodes, pageInfo } = page.changeSet.changes;
    all.push(...nodes);
    if (!pageInfo.hasNextPage) return all;
    after = pageInfo.endCursor;
  }
}

function print(name: string, { digest }: ChangeSet, changes: readonly Change[]): void {
  console.log(`${name}: ${changes.length} changes (${digest.slice(0, 12)})`);
  for (const change of changes) {
    console.log(`  ${change.kind.toLowerCase()} ${change.configurationType} "${change.displayName}"`);
    for (const { path, before, after, isSensitive } of change.properties) {
      console.log(
        `    ${path}: ${isSensitive ? '(withheld)' : `${before ?? '(none)'} -> ${after ?? '(none)'}`}`,
      );
    }
  }
}

async function send(field: 'approveChangeSet' | 'rejectChangeSet', { id, digest }: ChangeSet): Promise<void> {
  const input = { changeSetId: id, digest, comment: comment ?? null };
  const type = field === 'approveChangeSet' ? 'ApproveChangeSetInput' : 'RejectChangeSetInput';
  const { [field]: result } = await request<Decided>(connection, decide(field, type), { input });
  if (result?.__typename === 'Decision') console.log(`  on record: ${result.state}`);
  else {
    console.error(`  refused: ${result?.message}`);
    process.exitCode = 1;
  }
}
