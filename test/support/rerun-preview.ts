/** What somebody does in the portal with a run whose preview they want once more. */
import { expect } from 'vitest';
import type { Stack } from './stack.ts';
import { waitFor } from './wait-for.ts';

export const untilFinished = ({ sandbox }: Stack, buildId: number) =>
  waitFor(
    `run ${buildId} to finish`,
    () => sandbox.world.runs().find((run) => run.buildId === buildId)?.phase === 'FINISHED',
    { withinMs: 60_000 },
  );

/** Of a run that has finished: its preview runs again, and what comes behind it. */
export async function rerunPreview({ sandbox, place }: Stack, buildId: number): Promise<void> {
  const run = `${sandbox.azureDevOpsUrl}/${place.organization}/${place.project}/_apis/build/builds/${buildId}`;
  const answer = await fetch(`${run}/stages/Preview?api-version=7.1`, {
    method: 'PATCH',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(':token').toString('base64')}`,
    },
    body: JSON.stringify({ state: 'retry', forceRetryAllJobs: true }),
  });
  expect(answer.status).toBe(204);
}
