import { expect, test } from 'vitest';
import { readJob } from '../../src/agent/job.ts';

const GOOD = {
  SYSTEM_ACCESSTOKEN: 'hidden-token',
  SYSTEM_COLLECTIONURI: 'https://dev.azure.com/contoso/',
  SYSTEM_TEAMPROJECTID: 'p',
  SYSTEM_OIDCREQUESTURI: 'https://dev.azure.com/contoso/p/_apis/oidctoken',
  BUILD_BUILDID: '12',
  BUILD_REPOSITORY_ID: 'r',
  BUILD_SOURCEVERSION: 'a'.repeat(40),
  AZURESUBSCRIPTION_SERVICE_CONNECTION_ID: 'c',
  TENANT_SYNC_API: 'https://sync.example/',
};

test('A job is read from its environment', () => {
  const job = readJob({ ...GOOD, TENANT_SYNC_MODE: 'backup', TENANT_SYNC_MAY_DELETE: 'MSGraph:Groups, X' });
  expect(job).toMatchObject({
    buildId: 12,
    mode: 'BACKUP_ONLY',
    organizationUrl: 'https://dev.azure.com/contoso',
    apiUrl: 'https://sync.example',
    graphUrl: 'https://graph.microsoft.com/v1.0',
    servicePrincipal: null,
    mayDelete: new Set(['MSGraph:Groups', 'X']),
  });
  expect(readJob({ ...GOOD, TENANT_SYNC_CLIENT_ID: 'app' }).servicePrincipal).toEqual({
    clientId: 'app',
    proof: { kind: 'oidc' },
  });
});

test('Everything that is missing or wrong is named at once, and no secret with it', () => {
  const wrong = {
    ...GOOD,
    BUILD_BUILDID: undefined,
    TENANT_SYNC_API: 'http://sync.example',
    TENANT_SYNC_MODE: 'all',
    TENANT_SYNC_CLIENT_SECRET: 'hidden-secret',
    TENANT_SYNC_CLIENT_CERTIFICATE_FILE: '/key.pem',
  };
  const problems = () => readJob(wrong);
  const expected = [
    ...['BUILD_BUILDID is not set', 'so use https', 'TENANT_SYNC_MODE is "all"'],
    ...['are both set: use one', 'TENANT_SYNC_CLIENT_ID is not set'],
  ];
  for (const words of expected) expect(problems).toThrow(words);
  expect(problems).not.toThrow('hidden');
});
