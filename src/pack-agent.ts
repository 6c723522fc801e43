/** `npm run agent:pack -- <folder>`: compiles the pipeline's command, for Node.js 20 and later, into an npm package. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const destination = resolve(process.argv[2] ?? '.');
const source = resolve(import.meta.dirname, '..');
const draft = mkdtempSync(join(tmpdir(), 'tenant-sync-agent-'));

type Manifest = { version?: string; dependencies?: Record<string, string> };
const manifestIn = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

try {
  const compiler = join(source, 'node_modules/typescript/bin/tsc');
  const options = ['--project', join(source, 'agent'), '--outDir', join(draft, 'dist')];
  execFileSync(process.execPath, [compiler, ...options], { stdio: ['ignore', 2, 2] });
  cpSync(join(source, 'agent/package.json'), join(draft, 'package.json'));
  cpSync(join(source, 'agent/README.md'), join(draft, 'README.md'));
  // Packed with what it needs, so that an agent takes nothing else from any registry.
  for (const [name, version] of Object.entries(manifestIn(draft).dependencies ?? {})) {
    const installed = join(source, 'node_modules', name);
    if (manifestIn(installed).version !== version)
      throw new Error(`agent/package.json wants ${name} ${version}: make it the version that is installed.`);
    cpSync(installed, join(draft, 'node_modules', name), { recursive: true });
  }
  mkdirSync(destination, { recursive: true });
  const packed = execFileSync('npm', ['pack', draft, '--silent', '--pack-destination', destination]);
  console.log(join(destination, packed.toString('utf8').trim()));
} finally {
  rmSync(draft, { recursive: true, force: true });
}
