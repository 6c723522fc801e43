import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEntra, type Entra } from '../../src/sandbox/entra/entra.ts';

export const DELEGATED = '11111111-1111-4111-8111-111111111111';
export const APPLICATION = '22222222-2222-4222-8222-222222222222';

export type EntraFixture = AsyncDisposable & {
  entra: Entra;
  emulatorUrl: string;
  /** Bodies of the requests to the token endpoints, newest last. */
  asked: URLSearchParams[];
};

/** The sandbox's Entra on a port of its own, with a directory of each kind. */
export async function startEntra(): Promise<EntraFixture> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'entra-'));
  let baseUrl = '';
  const asked: URLSearchParams[] = [];
  const entra = await createEntra({ dataFolder, baseUrl: () => baseUrl, pollIntervalSeconds: 0.05 });
  entra.addDirectory({
    directoryId: DELEGATED,
    displayName: 'D',
    domain: 'd.example',
    allowsApplication: false,
  });
  entra.addDirectory({
    directoryId: APPLICATION,
    displayName: 'A',
    domain: 'a.example',
    allowsApplication: true,
  });
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', baseUrl);
    request.once('data', (chunk: Buffer) => asked.push(new URLSearchParams(chunk.toString())));
    request.pause();
    void entra.route(request, response, url);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    entra,
    emulatorUrl: `${baseUrl}/entra`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await entra.flush();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
