import { createDoors } from '../../src/azure-devops/doors.ts';
import { describe, expect, it } from 'vitest';
import { createAzureDevOps } from '../../src/azure-devops/azure-devops.ts';
import { silent } from '../support/database.ts';
import { json, serve, type Seen } from './small-server.ts';

const PROJECT = { organization: 'contoso', project: 'Fleet' };

const adapterOf = (url: string) =>
  createAzureDevOps({
    projects: [{ ...PROJECT, organizationUrl: `${url}/contoso/` }],
    onBehalfOf: null,
    doors: createDoors({ tokens: { authorization: () => Promise.resolve('Bearer t') }, logger: silent }),
    logger: silent,
  });

const isTo = ({ url }: Seen, part: string) => decodeURIComponent(url).includes(part);
const BUILD = { id: 41, status: 'inProgress', definition: { id: 7 }, queueTime: '2026-11-23T10:00:00Z' };

describe('answers of the real service that a simulation would not give', () => {
  it('approvals tell their run in a later version only, which is then kept', async () => {
    const approval = { id: 'a1', status: 'pending', steps: [] };
    const versions: (string | undefined)[] = [];
    const server = await serve((response, seen) => {
      if (!isTo(seen, '/approvals')) return json(response, 200, { value: [] });
      versions.push(seen.headers.accept?.split('api-version=')[1]);
      const isLater = versions.at(-1) === '7.2-preview.2';
      json(response, 200, {
        value: [{ ...approval, ...(isLater ? { pipeline: { owner: { id: '41' } } } : {}) }],
      });
    });
    const azure = adapterOf(server.url);
    expect((await azure.lookAtProject(PROJECT, null)).pendingApprovals[0]?.buildId).toBe(41);
    await azure.lookAtProject(PROJECT, null);
    expect(versions).toEqual(['7.1', '7.2-preview.2', '7.2-preview.2']);
  });

  it('asks for what ended five minutes before the watermark, in one order, on every page', async () => {
    const server = await serve((response, seen) => {
      if (!isTo(seen, 'statusFilter=completed')) return json(response, 200, { value: [] });
      if (isTo(seen, 'continuationToken')) return json(response, 200, { value: [{ ...BUILD, id: 42 }] });
      json(response, 200, { value: [BUILD] }, { 'x-ms-continuationtoken': 'next' });
    });
    const look = await adapterOf(server.url).lookAtProject(PROJECT, '2026-11-23T10:00:00.000Z');
    expect(look.finished.map(({ buildId }) => buildId)).toEqual([41, 42]);
    const finished = server.seen.filter((seen) => isTo(seen, 'statusFilter=completed'));
    expect(finished).toHaveLength(2);
    for (const seen of finished) {
      expect(isTo(seen, 'minTime=2026-11-23T09:55:00.000Z')).toBe(true);
      expect(isTo(seen, 'queryOrder=finishTimeAscending')).toBe(true);
    }
  });

  it('a run without a timeline (204) is a run, and one that neither answer nor list knows is none', async () => {
    const server = await serve((response, seen) => {
      if (isTo(seen, 'buildIds=42')) return json(response, 200, { value: [] });
      if (isTo(seen, 'buildIds=43')) return json(response, 200, { value: [{ ...BUILD, id: 43 }] });
      if (isTo(seen, '/builds/41/timeline')) return void response.writeHead(204).end();
      return isTo(seen, '/builds/41') ? json(response, 200, BUILD) : json(response, 404, { message: 'gone' });
    });
    const azure = adapterOf(server.url);
    expect(await azure.readRun(PROJECT, 41)).toMatchObject({ phase: 'RUNNING', stages: [], approvals: [] });
    expect(await azure.readRun(PROJECT, 42)).toBeNull();
    // A single 404 may pass, and would end a run that goes on.
    expect(await azure.readRun(PROJECT, 43)).toMatchObject({ buildId: 43, phase: 'RUNNING' });
  });

  it('the attachment of the present attempt is taken, at our own address', async () => {
    const [timeline, older, newer] = ['1', '2', '3'].map(
      (digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`,
    );
    const link = (record: string | undefined) => ({
      name: 'error.json',
      _links: {
        self: { href: `https://evil.example/x/_apis/build/Builds/41/${timeline}/${record}/attachments/t/n` },
      },
    });
    const server = await serve((response, seen) => {
      if (isTo(seen, '/builds/41/attachments/'))
        return json(response, 200, { value: [link(newer), link(older)] });
      if (isTo(seen, '/timeline')) {
        const at = (id: string | undefined, startTime: string) => ({ id, type: 'Task', startTime });
        return json(response, 200, {
          records: [at(older, '2026-11-23T10:00:00Z'), at(newer, '2026-11-23T11:00:00Z')],
        });
      }
      const isNewer = isTo(seen, `/${timeline}/${newer}/attachments/tenant-sync.error/error.json`);
      json(response, 200, { version: 1, code: isNewer ? 'NEW' : 'OLD', message: 'm', stage: 'DEPLOY' });
    });
    const azure = adapterOf(server.url);
    expect(await azure.readError(PROJECT, 41)).toMatchObject({ code: 'NEW' });
  });

  it('an attachment that is not what the contract says is an error, not a surprise', async () => {
    const id = '11111111-0000-4000-8000-000000000000';
    const href = `/builds/41/${id}/${id}/attachments/t/n`;
    const server = await serve((response, seen) =>
      isTo(seen, '/builds/41/attachments/')
        ? json(response, 200, { value: [{ name: 'change-set.json', _links: { self: { href } } }] })
        : json(response, 200, { version: 2 }),
    );
    await expect(adapterOf(server.url).readChangeSet(PROJECT, 41)).rejects.toMatchObject({
      name: 'UpstreamError',
      isRetryable: false,
      message: expect.stringContaining('tenant-sync.change-set of run 41 in contoso/Fleet') as string,
    });
  });

  it('a start that is refused says why in the words of Azure, and is not repeated', async () => {
    const message = "The 'mode' parameter value 'odd' is not a valid value.";
    const server = await serve((response) =>
      json(response, 400, { $id: '1', message, typeKey: 'PipelineValidation' }),
    );
    const sync = { pipelineId: 7, syncRequestId: 'run_1', comment: '', mode: 'FULL' as const };
    await expect(adapterOf(server.url).queueSync(PROJECT, sync)).rejects.toThrow(message);
    expect(server.seen).toHaveLength(1);
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({
      resources: { repositories: { self: { refName: 'refs/heads/main' } } },
      templateParameters: { syncRequestId: 'run_1', comment: '', mode: 'full' },
    });
  });

  it('a decision whose answer has no steps is read again', async () => {
    const step = { assignedApprover: { id: 'u1' }, actualApprover: { id: 'u1' }, status: 'approved' };
    const server = await serve((response, { method }) =>
      method === 'PATCH'
        ? json(response, 200, { count: 1, value: [{ id: 'a1', status: 'approved', steps: [] }] })
        : json(response, 200, { id: 'a1', status: 'approved', steps: [step] }),
    );
    const decided = await adapterOf(server.url).answerGate(PROJECT, {
      approvalId: 'a1',
      verdict: 'APPROVED',
      comment: 'Ada: ok',
      asPerson: null,
    });
    expect(decided.steps).toHaveLength(1);
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual([
      { approvalId: 'a1', status: 'approved', comment: 'Ada: ok' },
    ]);
  });

  it('hundreds of questions at once do not open hundreds of connections', async () => {
    let open = 0;
    let most = 0;
    const server = await serve((response) => {
      most = Math.max(most, ++open);
      setImmediate(() => {
        open--;
        response.end('x');
      });
    });
    const azure = adapterOf(server.url);
    const repository = { ...PROJECT, repositoryId: 'r' };
    await Promise.all(Array.from({ length: 300 }, (_, index) => azure.readBlob(repository, String(index))));
    expect(server.seen).toHaveLength(300);
    expect(most).toBeLessThanOrEqual(16);
  });
});
