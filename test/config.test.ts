import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigError, describeSettings, readConfig } from '../src/config.ts';

const complete = {
  DATABASE_URL: 'postgres://localhost/tenant_sync',
  AZURE_DEVOPS_PROJECTS:
    'https://dev.azure.com/contoso/Tenants, https://dev.azure.com/fabrikam/M365%20Tenants/',
  ENTRA_DIRECTORY_ID: 'directory',
  ENTRA_CLIENT_ID: 'client',
  ENTRA_CLIENT_SECRET: 'correct horse battery staple',
  ENCRYPTION_KEYS: `2026:${randomBytes(32).toString('base64')}`,
};

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('the configuration', () => {
  it('is read from the environment, with defaults for what may be left out', () => {
    const config = readConfig(complete);
    expect(config.PORT).toBe(4000);
    expect(config.SIGN_IN_WINDOW_SECONDS).toBe(180);
    expect(config.AZURE_DEVOPS_PROJECTS).toEqual([
      { organizationUrl: 'https://dev.azure.com/contoso', organization: 'contoso', project: 'Tenants' },
      {
        organizationUrl: 'https://dev.azure.com/fabrikam',
        organization: 'fabrikam',
        project: 'M365 Tenants',
      },
    ]);
  });

  it('names everything that is missing in one list', () => {
    const missing = problemsOf({}).map((problem) => problem.split(' ')[0]);
    expect(missing).toEqual([
      'DATABASE_URL',
      'AZURE_DEVOPS_PROJECTS',
      'ENCRYPTION_KEYS',
      'ENTRA_DIRECTORY_ID',
      'ENTRA_CLIENT_ID',
      'ENTRA_CLIENT_SECRET',
    ]);
  });

  it.each([
    ['PORT', 'eighty'],
    ['AZURE_DEVOPS_PROJECTS', 'contoso'],
    ['ENCRYPTION_KEYS', '2026:c2hvcnQ='],
    ['SANDBOX_API_KEYS', '{not json'],
    ['SANDBOX_API_KEYS', '[{"name":"ci","role":"KING","sha256":"00"}]'],
    ['ENTRA_EMULATOR_URL', 'https://login.example.com'],
    ['SIGN_IN_WINDOW_SECONDS', '-1'],
  ])('says that %s is wrong when it is %s, and what it should be', (name, value) => {
    const problems = problemsOf({ ...complete, [name]: value });
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems)
      expect(problem).toMatch(new RegExp(`^${name}.* is wrong: .+\\. It is: .+`));
  });

  it('takes a personal access token instead of an app registration', () => {
    const { ENTRA_DIRECTORY_ID: _1, ENTRA_CLIENT_ID: _2, ENTRA_CLIENT_SECRET: _3, ...rest } = complete;
    expect(readConfig({ ...rest, AZURE_DEVOPS_PAT: 'token' }).AZURE_DEVOPS_PAT).toBe('token');
  });

  it('never repeats a secret in a problem', () => {
    const secret = 'c2VjcmV0LXRoYXQtaXMtdG9vLXNob3J0';
    const problems = problemsOf({
      ...complete,
      ENCRYPTION_KEYS: `k:${secret}`,
      SANDBOX_API_KEYS: `[{"name":"${secret}"`,
    });
    expect(problems.join('\n')).not.toContain(secret);
  });

  it('describes every setting', () => {
    for (const { name, description } of describeSettings()) expect(description, name).not.toBe('');
  });
});
