import { expect, it } from 'vitest';
import { createOnBehalfOf } from '../../src/azure-devops/on-behalf-of.ts';
import { personToken } from '../sandbox/azure-devops/world.ts';
import { silent } from '../support/silent.ts';
import { isAtGate, openAdapter, PROJECT, runUntil, startSync } from './adapter-fixture.ts';
import { json, serve } from './small-server.ts';

const APP = { kind: 'client_secret', clientId: 'c1', clientSecret: 's', directoryId: 'd1' } as const;

it("A person's token is exchanged for one of Azure DevOps", async () => {
  const server = await serve((response) =>
    json(response, 200, { token_type: 'Bearer', expires_in: 3600, access_token: 'as-ada' }),
  );
  const exchange = createOnBehalfOf(APP, { emulatorUrl: server.url, logger: silent });
  const before = Date.now();
  const token = await exchange('the-assertion');
  expect(token.accessToken).toBe('as-ada');
  expect(Date.parse(token.expiresAt)).toBeGreaterThan(before + 3_000_000);
  expect(Object.fromEntries(new URLSearchParams(server.seen[0]?.body))).toMatchObject({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    requested_token_use: 'on_behalf_of',
    assertion: 'the-assertion',
  });
});

it("A person who did not consent is told so in Entra's words, without any token", async () => {
  const server = await serve((response) =>
    json(response, 400, { error: 'invalid_grant', error_description: 'AADSTS65001: no consent' }),
  );
  const exchange = createOnBehalfOf(APP, { emulatorUrl: server.url, logger: silent });
  const error: unknown = await exchange('the-assertion').catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'UpstreamError', isRetryable: false });
  expect(String(error)).toContain('AADSTS65001');
  expect(String(error)).not.toContain('the-assertion');
});

it("A gate that is answered as a person names the person in Azure's record", async () => {
  await using adapter = await openAdapter();
  const { buildId } = await startSync(adapter);
  const run = await runUntil(adapter, buildId, isAtGate);
  const answered = await adapter.azure.answerGate(PROJECT, {
    approvalId: run.approvals[0]?.approvalId ?? '',
    verdict: 'APPROVED',
    comment: 'Fine',
    asPerson: {
      personId: 'grace',
      accessToken: personToken('Grace Guard'),
      expiresAt: '2100-01-01T00:00:00Z',
    },
  });
  const by = answered.steps.flatMap((step) => step.actualApprover?.displayName ?? []);
  expect(by).toEqual(['Grace Guard']);
});
