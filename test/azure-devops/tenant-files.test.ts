import { describe, expect, it } from 'vitest';
import { readBaseline, readSchedules, readTenantFile } from '../../src/azure-devops/tenant-files.ts';

const DIRECTORY = '0b1d2f3a-4c5d-4e6f-8a9b-0c1d2e3f4a5b';

describe("a tenant's own files", () => {
  it('say who the tenant is', () => {
    const file = {
      displayName: 'Contoso',
      domain: 'contoso.onmicrosoft.com',
      directoryId: DIRECTORY,
      backupOnly: true,
    };
    expect(readTenantFile(JSON.stringify(file))).toEqual(file);
    expect(
      readTenantFile(`\uFEFF${JSON.stringify({ ...file, authentication: 'application', more: 1 })}`),
    ).toEqual({
      ...file,
      authentication: 'application',
    });
  });

  it.each(['', 'no json', '[]', '{"displayName":"x"}', '{"displayName":"x","directoryId":"contoso.com"}'])(
    'are as good as none when they read %j',
    (text) => {
      expect(readTenantFile(text)).toBeNull();
    },
  );

  it('name the baseline', () => {
    const modules = (url: string) => `[submodule "baseline"]\n\tpath = Baseline\n\turl = ${url}\n`;
    expect(readBaseline(modules('../baseline'))).toBe('baseline');
    expect(readBaseline(modules('https://dev.azure.com/contoso/Fleet/_git/Gold%20Standard'))).toBe(
      'Gold Standard',
    );
    expect(readBaseline(modules('git@ssh.dev.azure.com:v3/contoso/Fleet/gold.git'))).toBe('gold');
    expect(readBaseline('[submodule "x"]\n')).toBeNull();
    expect(readBaseline(modules('%'))).toBeNull();
  });

  it('name the schedules, and nothing that is none', () => {
    const yaml = `
schedules:
  - cron: "0 2 * * *"
    displayName: nightly
    branches: { include: [main] }
  - cron: 'every night'
stages: []
`;
    expect(readSchedules(yaml)).toEqual(['0 2 * * *']);
    expect(readSchedules('stages: []')).toEqual([]);
    expect(readSchedules('a: [unclosed')).toEqual([]);
    expect(readSchedules('schedules: 7')).toEqual([]);
  });
});
