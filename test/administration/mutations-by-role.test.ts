/** Every mutation of the schema, by every role, for the fleet, for the tenant that it is about, and for another one. */
import { getNamedType, getNullableType, isListType, isNonNullType, isObjectType, isUnionType } from 'graphql';
import { type GraphQLInputType, isInputObjectType, isEnumType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditLog } from '../../src/access/access.table.ts';
import { createKey, type MadeKey } from '../../src/access/api-keys.ts';
import { COMMAND_LINE } from '../../src/access/command-line.ts';
import { type Role, ROLES } from '../../src/access/permissions.ts';
import { grantRole } from '../../src/access/role-grants.ts';
import { newId, type TenantId } from '../../src/lib/ids.ts';
import { schema } from '../../src/server/schema.ts';
import { type Api, type Problem, startApi } from '../support/api.ts';
import { addChallenge, addChangeSet, addRevert, addRun, addTenant } from '../support/rows.ts';
import { approval } from '../sync-runs/action-facts.ts';

const OPERATORS: readonly Role[] = ['OPERATOR', 'ADMIN'];
const APPROVERS: readonly Role[] = ['APPROVER', 'ADMIN'];
const ADMINS: readonly Role[] = ['ADMIN'];

/** `fleet`: only a role for the whole fleet counts. `input` is about something of the tenant. */
type Need = { roles: readonly Role[]; fleet?: boolean; input?: (of: Things) => object };
type Things = { tenantId: TenantId; waiting: string; changeSet: string; reverted: string; signingIn: string };

const digest = 'd'.repeat(64);
const onChangeSet = ({ changeSet: changeSetId }: Things) => ({ changeSetId, digest });
/** Written down once more, so that a slip in the code shows. A mutation that is not here fails the test. */
const NEEDS: Record<string, Need> = {
  startSync: { roles: OPERATORS, input: ({ tenantId }) => ({ tenantId }) },
  startSyncs: { roles: OPERATORS, input: ({ tenantId }) => ({ tenantIds: [tenantId] }) },
  cancelSync: { roles: OPERATORS, input: ({ signingIn: syncRunId }) => ({ syncRunId }) },
  restartAuthentication: { roles: OPERATORS, input: ({ waiting: syncRunId }) => ({ syncRunId }) },
  approveChangeSet: { roles: APPROVERS, input: onChangeSet },
  approveChangeSets: { roles: APPROVERS, input: (of) => ({ items: [onChangeSet(of)] }) },
  rejectChangeSet: { roles: APPROVERS, input: onChangeSet },
  rejectAndRevertChangeSet: { roles: APPROVERS, input: onChangeSet },
  retryRevert: { roles: APPROVERS, input: ({ reverted: syncRunId }) => ({ syncRunId }) },
  setTenantPolicy: { roles: ADMINS, input: ({ tenantId }) => ({ tenantId, fourEyes: false }) },
  grantRole: {
    roles: ADMINS,
    input: ({ tenantId }) => ({ subject: `key/${newId('key')}`, role: 'VIEWER', tenantId }),
  },
  replayWebHook: {
    ...{ roles: ADMINS, fleet: true },
    input: () => ({ webHookId: newId('whk'), after: Buffer.from('AAAAAAAAAAAA:1').toString('base64url') }),
  },
  createApiKey: { roles: ADMINS, fleet: true },
  rotateApiKey: { roles: ADMINS, fleet: true },
  revokeApiKey: { roles: ADMINS, fleet: true },
};
const WEB_HOOKS: Need = { roles: ADMINS, fleet: true };
const needOf = (name: string): Need | undefined =>
  NEEDS[name] ?? (/WebHook/.test(name) ? WEB_HOOKS : undefined);

const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
const PLACES = ['FLEET', 'OWN', 'OTHER'] as const;

let api: Api;
let own: Things;
let other: Things;
const keys = new Map<string, MadeKey>();

beforeAll(async () => {
  api = await startApi();
  [own, other] = await Promise.all([fill('own'), fill('other')]);
  for (const role of ROLES)
    for (const place of PLACES) {
      const tenantIds = place === 'FLEET' ? [] : [place === 'OWN' ? own.tenantId : other.tenantId];
      const input = { name: `${role} ${place}`, personId: null, roles: [role], tenantIds, expiresInDays: 1 };
      keys.set(`${role} ${place}`, await createKey(api.db, COMMAND_LINE, input));
    }
});
afterAll(() => api[Symbol.asyncDispose]());

async function fill(name: string): Promise<Things> {
  const tenant = await addTenant(api.db, name);
  const reverted = await addRun(api.db, tenant, { status: 'COMPLETED', revertStatus: 'CONFLICT' });
  await addRevert(api.db, reverted, (await addChangeSet(api.db, reverted)).id);
  const signingIn = await addRun(api.db, tenant, { status: 'PENDING_AUTHENTICATION' });
  await addChallenge(api.db, api.seal, signingIn);
  const gate = { ...approval, approvalId: `gate of ${name}`, expiresAt: null };
  const waiting = await addRun(api.db, tenant, { status: 'PENDING_APPROVAL', buildId: 5, approval: gate });
  const changeSet = await addChangeSet(api.db, waiting);
  return {
    tenantId: tenant.id,
    ...{ waiting: waiting.id, changeSet: changeSet.id, reverted: reverted.id, signingIn: signingIn.id },
  };
}

/** Something that fits the type, and names nothing that exists. */
function plausible(type: GraphQLInputType, field = ''): unknown {
  const bare = getNullableType(type);
  if (isListType(bare)) return [plausible(bare.ofType)];
  if (isEnumType(bare)) return bare.getValues()[0]?.name;
  if (isInputObjectType(bare)) {
    const required = Object.values(bare.getFields()).filter((one) => isNonNullType(one.type));
    return Object.fromEntries(required.map((one) => [one.name, plausible(one.type, one.name)]));
  }
  if (field === 'keyId') return newId('key');
  if (field === 'grantId') return newId('grt');
  if (field === 'webHookId') return newId('whk');
  const samples: Record<string, unknown> = { ID: newId('run'), Int: 1, Boolean: false };
  return samples[bare.name] ?? (field === 'url' ? 'https://receiver.example/hook' : 'text');
}

async function carryOut(
  name: string,
  as: string,
): Promise<{ errors: Problem[]; typename: string | undefined }> {
  const field = mutations.find((one) => one.name === name);
  const [arg] = field?.args ?? [];
  if (!field || !arg) throw new Error(`There is no mutation ${name}.`);
  const input = needOf(name)?.input?.(own) ?? plausible(arg.type);
  const query = `mutation ($input: ${String(arg.type)}) { ${name}(input: $input) { __typename } }`;
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${keys.get(as)?.secret ?? ''}` },
    body: JSON.stringify({ query, variables: { input } }),
  });
  type Answer = { __typename: string } | null;
  const body = (await response.json()) as {
    data?: Record<string, Answer | Answer[]> | null;
    errors?: Problem[];
  };
  const said = body.data?.[name];
  return { errors: body.errors ?? [], typename: (Array.isArray(said) ? said[0] : said)?.__typename };
}

const isForbidden = (errors: readonly Problem[]) =>
  errors.some(({ extensions }) => extensions?.code === 'FORBIDDEN');

async function refusalsOnRecord(): Promise<{ count: number; last: string | null | undefined }> {
  const rows = await api.db.select().from(auditLog).orderBy(auditLog.position);
  const refused = rows.filter(({ details }) => details.reason === 'FORBIDDEN');
  return { count: refused.length, last: refused.at(-1)?.tenantId };
}

test('Every mutation is in the table', () => {
  expect(
    mutations.map(({ name }) => name).filter((name) => !needOf(name) && name !== 'withdrawRole'),
  ).toEqual([]);
  for (const { type } of mutations) {
    const named = getNamedType(type);
    expect(isUnionType(named) || isObjectType(named)).toBe(true);
  }
});

describe.each(ROLES)('%s', (role) => {
  test.each(mutations.map(({ name }) => name).filter((name) => name !== 'withdrawRole'))(
    '%s',
    async (name) => {
      const { roles = [], fleet = false } = needOf(name) ?? {};
      for (const place of PLACES) {
        const before = await refusalsOnRecord();
        const { errors, typename } = await carryOut(name, `${role} ${place}`);
        const where = `${role} for ${place}: ${typename} ${JSON.stringify(errors).slice(0, 200)}`;
        const holds = roles.includes(role) && (place === 'FLEET' || (place === 'OWN' && !fleet));
        // What is another tenant's does not exist; who may grant for it is asked first, whether it exists or not.
        const isHidden = place === 'OTHER' && !fleet && name !== 'grantRole';
        expect(isForbidden(errors), where).toBe(!holds && !isHidden);
        expect(typename === 'NotFound', where).toBe(
          isHidden || (holds && fleet && name !== 'createApiKey' && !/^createWeb/.test(name)),
        );
        const after = await refusalsOnRecord();
        expect(after.count, where).toBe(before.count + (isForbidden(errors) ? 1 : 0));
        if (isForbidden(errors)) expect(after.last, where).toBe(fleet ? null : own.tenantId);
      }
    },
  );

  test('withdrawRole', async () => {
    for (const place of PLACES) {
      const grant = await grantRole(api.db, COMMAND_LINE, {
        ...{ subject: `key/${newId('key')}`, role: 'VIEWER', tenantId: own.tenantId },
      });
      const before = await refusalsOnRecord();
      const query = `mutation { withdrawRole(input: { grantId: "${grant.id}" }) { __typename } }`;
      const response = await fetch(`${api.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${keys.get(`${role} ${place}`)?.secret ?? ''}`,
        },
        body: JSON.stringify({ query }),
      });
      const said = JSON.stringify(await response.json());
      const wanted = role !== 'ADMIN' ? 'FORBIDDEN' : place === 'OTHER' ? 'NotFound' : 'RoleGrant';
      expect(said).toContain(wanted);
      expect((await refusalsOnRecord()).count).toBe(before.count + (role === 'ADMIN' ? 0 : 1));
    }
  });
});

test('A key without a role can do nothing at all', async () => {
  const { key, secret } = await createKey(api.db, COMMAND_LINE, {
    ...{ name: 'empty', personId: null, roles: [], tenantIds: [], expiresInDays: 1 },
  });
  keys.set('empty', { key, secret });
  for (const { name } of mutations) {
    const { errors, typename } = await carryOut(name, 'empty');
    expect([name, isForbidden(errors) || typename === 'NotFound']).toEqual([name, true]);
  }
});
