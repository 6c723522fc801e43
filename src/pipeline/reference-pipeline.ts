/** The reference pipeline as the files of a tenant's repository. */
import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { DEFAULT_NAMES } from './contract.ts';

export type PipelineSettings = {
  /** Where jobs reach the API, without a trailing slash. */
  apiUrl: string;
  /** The npm feed that holds the package tenant-sync-agent; null keeps the line as it stands, to be filled in. */
  feedUrl: string | null;
  /** Cron, in UTC; null: no schedule. */
  schedule: string | null;
  backupOnly: boolean;
  /** Name of the repository and of the environment. */
  repository: string;
};

/** Of the product's repository → of the tenant's. */
const TEMPLATES = {
  'templates/sync-stages.yml': 'Pipeline/sync-stages.yml',
  'templates/sync-steps.yml': 'Pipeline/sync-steps.yml',
};
const ENTRY = 'sync.yml';

const read = (path: string) => readFileSync(new URL(`../../pipelines/${path}`, import.meta.url), 'utf8');

/** Stands in the reference pipeline until somebody names a real one. */
const EXAMPLE_FEED = 'https://pkgs.dev.azure.com/example/_packaging/tenant-sync/npm/registry/';
export const namesExampleFeed = (yaml: string): boolean => yaml.includes(EXAMPLE_FEED);
export const withFeed = (yaml: string, feedUrl: string): string => yaml.replaceAll(EXAMPLE_FEED, feedUrl);

/** Path (without a leading slash) → content. */
export function referencePipeline(settings: PipelineSettings): Map<string, string> {
  const entry = parseDocument(read(ENTRY));
  const given = ['stages', 0, 'parameters'];
  entry.setIn([...given, 'api'], settings.apiUrl);
  if (settings.feedUrl !== null) entry.setIn([...given, 'feed'], settings.feedUrl);
  entry.setIn([...given, 'backupOnly'], settings.backupOnly);
  entry.setIn([...given, 'tenant'], settings.repository);
  if (settings.schedule === null) entry.delete('schedules');
  else entry.setIn(['schedules', 0, 'cron'], settings.schedule);
  return new Map([
    [DEFAULT_NAMES.pipelineFile.slice(1), entry.toString({ lineWidth: 0, singleQuote: true })],
    ...Object.entries(TEMPLATES).map(([from, to]) => [to, read(from)] as const),
  ]);
}
