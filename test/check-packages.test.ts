import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { json, serve } from './azure-devops/small-server.ts';

/** npm remembers advisories by their ids. */
let id = Date.now();
const advisory = (severity: string) => ({
  id: (id += 1),
  severity,
  url: 'https://advisories.example/1',
  title: 'Made up for this test',
  vulnerable_versions: '<99',
  cwe: [],
  cvss: { score: 0, vectorString: null },
});

/** The command, with a registry that answers its question about weaknesses so. */
async function check(status: number, body: unknown) {
  const registry = await serve((response, { url }) =>
    url.startsWith('/-/npm/v1/security/') ? json(response, status, body) : json(response, 404, {}),
  );
  const command = spawn(process.execPath, ['src/check-packages.ts'], {
    env: { ...process.env, npm_config_registry: `${registry.url}/`, npm_config_fetch_retries: '0' },
  });
  let said = '';
  command.stdout.on('data', (text: Buffer) => (said += text.toString()));
  command.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const [code] = (await once(command, 'close')) as [number];
  expect(registry.seen.some(({ url }) => url.startsWith('/-/npm/v1/security/'))).toBe(true);
  return { code, said };
}

test('A package with a known weakness of high severity fails the check, and is named', async () => {
  const { code, said } = await check(200, { yazl: [advisory('high')] });
  expect(said).toContain('yazl: high: Made up for this test (https://advisories.example/1)');
  expect(code).toBe(1);
});

test('Lesser weaknesses, none, and a registry that does not answer do not fail it', async () => {
  expect(await check(200, { yazl: [advisory('moderate')] })).toMatchObject({ code: 0 });
  expect(await check(200, {})).toEqual({ code: 0, said: expect.stringContaining('No package') as string });
  expect(await check(503, {})).toEqual({
    code: 0,
    said: expect.stringContaining('nothing was checked') as string,
  });
});
