/** An Azure DevOps with a repository whose two commits differ in as many files as asked, made as they are read. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAzureDevOps } from '../../src/azure-devops/azure-devops.ts';
import { createDoors } from '../../src/azure-devops/doors.ts';
import { pathOf } from '../../src/pipeline/configuration-file.ts';
import { ORGANIZATION, PROJECT } from './api.ts';
import { silent } from './silent.ts';

export type Size = { files: number; bytesEach: number };
type Side = 'tenantState' | 'desired';

export const TENANT_STATE_SHA = 'a'.repeat(40);
export const DESIRED_SHA = 'b'.repeat(40);
export const REPOSITORY = { organization: ORGANIZATION, project: PROJECT, repositoryId: 'big' };

const TYPE = 'MSGraph:ConditionalAccess:Policies';
const LINE = 'Nobody reads this line, and yet it has to be shown, compared, digested and stored. ';

const nameOf = (index: number) => `Policy ${String(index).padStart(6, '0')}`;

/** By turns added, changed and removed. null: the side has no such file. */
export function fileOf(side: Side, index: number, { bytesEach }: Size): string | null {
  if (index % 3 === (side === 'desired' ? 2 : 0)) return null;
  const text = LINE.repeat(Math.ceil(bytesEach / LINE.length)).slice(0, bytesEach);
  const state = side === 'desired' ? 'enabled' : 'disabled';
  return `${JSON.stringify({ displayName: nameOf(index), description: text, state }, null, 2)}\n`;
}

export const filesOf = (side: Side, size: Size) =>
  new Map(
    Array.from({ length: size.files }, (_, index) => [
      pathOf(TYPE, nameOf(index)),
      fileOf(side, index, size),
    ]).filter((entry): entry is [string, string] => entry[1] !== null),
  );

const blobId = (side: Side, index: number) =>
  `${side === 'desired' ? 'd' : 'e'}${String(index).padStart(39, '0')}`;

export async function serveBigChangeSet(size: Size): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    const side: Side = url.includes(DESIRED_SHA) || /blobs\/d/.test(url) ? 'desired' : 'tenantState';
    if (url.includes('/items?')) {
      response.setHeader('content-type', 'application/json');
      return void response.end(JSON.stringify({ value: itemsOf(side, size) }));
    }
    const index = Number(/blobs\/[de](\d+)/.exec(url)?.[1]);
    response.setHeader('content-type', 'application/octet-stream');
    response.end(fileOf(side, index, size));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${ORGANIZATION}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const itemsOf = (side: Side, size: Size) =>
  Array.from({ length: size.files }, (_, index) => index)
    .filter((index) => index % 3 !== (side === 'desired' ? 2 : 0))
    .map((index) => ({
      path: `/${pathOf(TYPE, nameOf(index))}`,
      objectId: blobId(side, index),
      gitObjectType: 'blob',
    }));

export const azureAt = (organizationUrl: string) =>
  createAzureDevOps({
    projects: [{ organizationUrl, organization: ORGANIZATION, project: PROJECT }],
    onBehalfOf: null,
    doors: createDoors({ tokens: { authorization: () => Promise.resolve('Bearer t') }, logger: silent }),
    logger: silent,
  });
