import { DEFAULT_NAMES } from '../../pipeline/contract.ts';

export type PipelineYaml = { repository: string; schedule: string | null; backupOnly: boolean };

/** The `azure-pipelines.yml` of a tenant: what a real one would say. The sandbox's agents do what it describes. */
export function pipelineYaml({ repository, schedule, backupOnly }: PipelineYaml): string {
  return [HEADER, scheduleBlock(schedule), PARAMETERS, ...stages({ repository, backupOnly })].join('\n');
}

const HEADER = `# Keeps this Microsoft 365 tenant in sync with its configuration. Started by schedule, or through the sync API.
name: $(Date:yyyyMMdd)$(Rev:.r)

trigger: none
pr: none
`;

const scheduleBlock = (cron: string | null): string =>
  cron === null
    ? ''
    : `schedules:
  - cron: '${cron}'
    displayName: Nightly
    branches:
      include: [main]
    always: true
`;

const PARAMETERS = `parameters:
  - name: syncRequestId
    displayName: Identifies the request that started this run
    type: string
    default: ' '
  - name: comment
    type: string
    default: ' '
  - name: mode
    type: string
    default: full
    values: [full, preview, backup]

pool:
  vmImage: ubuntu-latest

stages:`;

type Stage = { name: string; displayName: string; dependsOn: string; condition: string; job: string };

const step = (repository: string, stage: string): string => `
              - checkout: self
                submodules: true
                persistCredentials: true
              - task: PowerShell@2
                displayName: ${stage}
                timeoutInMinutes: 60
                inputs:
                  filePath: Pipeline/Invoke-SyncStage.ps1
                  arguments: -Stage ${stage} -Mode \${{ parameters.mode }} -ServiceConnection ${DEFAULT_NAMES.serviceConnectionOf(repository)}
                env:
                  SYSTEM_ACCESSTOKEN: $(System.AccessToken)`;

const plainJob = (repository: string, stage: string): string => `      - job: Sync
        cancelTimeoutInMinutes: 5
        steps:${step(repository, stage).replaceAll('\n    ', '\n')}`;

const deployment = (repository: string): string => `      - deployment: Sync
        cancelTimeoutInMinutes: 5
        environment: ${DEFAULT_NAMES.environmentOf(repository)}
        strategy:
          runOnce:
            deploy:
              steps:${step(repository, 'Deploy').replaceAll('\n', '\n  ')}`;

const NOT_FAILED = "in(dependencies.%.result, 'Succeeded', 'SucceededWithIssues', 'Skipped')";
const accepts = (before: string, ...more: string[]): string =>
  `and(${['not(failed())', 'not(canceled())', NOT_FAILED.replace('%', before), ...more].join(', ')})`;

function stages({ repository, backupOnly }: Omit<PipelineYaml, 'schedule'>): string[] {
  const changes = "ne(dependencies.Preview.outputs['Sync.Preview.changesNeeded'], 'false')";
  const deploys = backupOnly ? 'false' : "eq('${{ parameters.mode }}', 'full')";
  const all: Stage[] = [
    {
      name: 'Authenticate',
      displayName: 'Authenticate',
      dependsOn: '[]',
      condition: 'succeeded()',
      job: plainJob(repository, 'Authenticate'),
    },
    {
      name: 'Backup',
      displayName: 'Back up',
      dependsOn: 'Authenticate',
      condition: accepts('Authenticate'),
      job: plainJob(repository, 'Backup'),
    },
    {
      name: 'Preview',
      displayName: 'Preview',
      dependsOn: 'Backup',
      condition: accepts('Backup', "ne('${{ parameters.mode }}', 'backup')"),
      job: plainJob(repository, 'Preview'),
    },
    {
      name: 'Deploy',
      displayName: 'Deploy',
      dependsOn: 'Preview',
      condition: accepts('Preview', deploys, changes),
      job: deployment(repository),
    },
  ];
  return all.map(
    ({ name, displayName, dependsOn, condition, job }) => `  - stage: ${name}
    displayName: ${displayName}
    dependsOn: ${dependsOn}
    condition: ${condition}
    jobs:
${job}
`,
  );
}
