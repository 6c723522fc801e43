/** A stage's voice on an agent: logging commands on the standard output. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reporter } from '../pipeline/stage.ts';
import { formatCommand, plainLine } from './logging-commands.ts';

export type AgentOutput = {
  write: (line: string) => void;
  /** Where a file lies until the agent has uploaded it. */
  temporaryFolder: string;
};

/** Azure names no limit; a plan of thousands of lines in one issue helps nobody. */
const LONGEST_LINE = 16_000;

export function agentReport({ write, temporaryFolder }: AgentOutput): Reporter {
  const command = (name: string, properties: Record<string, string>, text: string) =>
    write(formatCommand({ name, properties, text }));
  const file = async (folder: string, name: string, content: string) => {
    const path = join(temporaryFolder, folder, name);
    await mkdir(join(temporaryFolder, folder), { recursive: true });
    await writeFile(path, content);
    return path;
  };
  return {
    log: (lines) => lines.split('\n').forEach((line) => write(plainLine(line).slice(0, LONGEST_LINE))),
    progress: (percent, what) => command('task.setprogress', { value: String(percent) }, what),
    error: (code, message) => command('task.logissue', { type: 'error', code }, message),
    async attach({ type, name, content }) {
      command('task.addattachment', { type, name }, await file(type, name, content));
    },
    async publishArtifact(name, files) {
      for (const [path, content] of files) {
        const properties = { containerfolder: name, artifactname: name };
        command('artifact.upload', properties, await file(name, path, content));
      }
    },
    addTag: (tag) => Promise.resolve(command('build.addbuildtag', {}, tag)),
  };
}
