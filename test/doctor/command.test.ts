/** `npm run doctor` as people and scripts run it. */
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Hospital, openHospital } from './hospital.ts';

let hospital: Hospital;
beforeAll(async () => {
  hospital = await openHospital(['contoso']);
});
afterAll(() => hospital[Symbol.asyncDispose]());

function doctor(args: string[], environment: Record<string, string | undefined> = hospital.settings) {
  const env = { PATH: process.env.PATH, ...environment };
  return new Promise<{ code: number; out: string; error: string }>((resolve) =>
    execFile(process.execPath, ['src/doctor-main.ts', ...args], { env }, (failure, out, error) =>
      resolve({ code: failure ? Number(failure.code) : 0, out, error }),
    ),
  );
}

test('What is wrong is told to scripts as JSON with exit code 1, and --fix ends with code 0 and a page without colour', async () => {
  const { ask, project, environment } = hospital;
  await ask('DELETE', `${project}/distributedtask/environments/${(await environment('contoso')).id}`);
  const found = await doctor(['--json']);
  expect([found.code, found.error]).toEqual([1, '']);
  const report = JSON.parse(found.out) as {
    isWell: boolean;
    findings: { check: string; isFixable: boolean }[];
  };
  expect(report.isWell).toBe(false);
  expect(report.findings.filter(({ isFixable }) => isFixable).map(({ check }) => check)).toEqual([
    'environment',
  ]);

  const fixed = await doctor(['--fix', '--approver', 'Configuration Manager API']);
  expect([fixed.code, fixed.error]).toEqual([0, '']);
  expect(fixed.out).toContain('fixed    contoso-group/Tenants/contoso: created the environment "contoso"');
  expect(fixed.out).toMatch(/\d+ ok, 0 warnings, 0 wrong\./);
  expect(fixed.out).not.toContain('\u001b');
});

test('A configuration that cannot be used is told whole with exit code 2, --help always with 0', async () => {
  const broken = await doctor([], {});
  expect([broken.code, broken.out]).toEqual([2, '']);
  expect(broken.error).toContain('AZURE_DEVOPS_PROJECTS is missing');
  const help = await doctor(['--help'], {});
  expect([help.code, help.error]).toEqual([0, '']);
  expect(help.out).toContain('--fix');
});
