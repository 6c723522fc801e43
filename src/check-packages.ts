/**
 * `npm run packages:check`: whether a known weakness of high or critical severity lies in a package that is installed.
 * A registry that cannot be asked is said so and is no failure: nothing was found, and nothing was ruled out.
 */
import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { messageOf } from './lib/errors.ts';

const SEVERE = ['high', 'critical'];

const reportShape = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({
      severity: z.string(),
      via: z.array(z.union([z.string(), z.object({ title: z.string(), url: z.string() })])),
    }),
  ),
});

/** One line for each package, or null when the registry said nothing. */
function readFindings(output: string): string[] | null {
  const { success, data } = reportShape.safeParse(parse(output));
  if (!success) return null;
  return Object.entries(data.vulnerabilities)
    .filter(([, { severity }]) => SEVERE.includes(severity))
    .map(([name, { severity, via }]) => {
      const reasons = via.map((one) => (typeof one === 'string' ? `by ${one}` : `${one.title} (${one.url})`));
      return `${name}: ${severity}: ${reasons.join('; ')}`;
    });
}

function parse(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch (error) {
    return messageOf(error);
  }
}

const { stdout } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
const findings = readFindings(stdout);
if (findings === null)
  console.log('The registry could not be asked about known weaknesses: nothing was checked.');
else if (findings.length === 0) console.log('No package has a known weakness of high or critical severity.');
else {
  console.error(`Packages with known weaknesses: update or replace them.\n${findings.join('\n')}`);
  process.exitCode = 1;
}
