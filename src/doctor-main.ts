/** `npm run doctor`: checks each configured organisation, project and tenant from end to end. */
import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from './config.ts';
import { practiceOf } from './doctor-practice.ts';
import { examine } from './doctor/examine.ts';
import { isWell, reportJson, reportText } from './doctor/report.ts';
import { treat } from './doctor/treat.ts';
import { messageOf } from './lib/errors.ts';
import { createLogger } from './lib/logger.ts';
import { runningSandbox } from './running-sandbox.ts';

const HELP = `npm run doctor -- [--fix [--approver <name>]… [--feed <url>]] [--json] [--sandbox]

Checks what the API needs in Azure DevOps, with the same settings as npm start: credentials, pipelines, environments
and gates, service connections, rights, web hooks. Exit code 1: something is wrong. 2: it could not be checked.

  --fix       creates what is missing, and takes no right away: pipelines and their YAML, environments,
              approval checks, permissions of pipelines, web hooks
  --approver  who approves where --fix makes a gate; else the approvers of the project's other gates
  --feed      the npm feed that holds tenant-sync-agent, for the YAML that --fix lays
  --json      findings as JSON
  --sandbox   checks the sandbox that runs on this machine (SANDBOX_PORT, PORT), without other settings`;

const { values } = parseArgs({
  options: {
    fix: { type: 'boolean', default: false },
    approver: { type: 'string', multiple: true, default: [] },
    feed: { type: 'string' },
    json: { type: 'boolean', default: false },
    sandbox: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

try {
  if (values.help) console.log(HELP);
  else process.exitCode = await run();
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : messageOf(error));
  process.exitCode = 2;
}

async function run(): Promise<number> {
  const environment = values.sandbox ? await runningSandbox(process.env) : process.env;
  const practice = practiceOf(readConfig(environment), {
    approvers: values.approver,
    feedUrl: values.feed ?? null,
    onProgress: showProgress,
    logger: createLogger('error', (line) => process.stderr.write(`${line}\n`)),
  });
  const report = values.fix ? await treat(practice) : { findings: await examine(practice), treatments: [] };
  showProgress('');
  const isColoured = process.stdout.isTTY && !process.env.NO_COLOR;
  console.log(values.json ? reportJson(report) : reportText(report, { isColoured }));
  return isWell(report.findings) ? 0 : 1;
}

/** One line that is written over again and again, where somebody looks on. */
function showProgress(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}`);
}
