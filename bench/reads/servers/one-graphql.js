/** With `--import`: the peers use the program's own copy of graphql, which would take no other's schema. */
import { existsSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = dirname(
  createRequire(new URL('../../../package.json', import.meta.url)).resolve('graphql/package.json'),
);

function fileOf(specifier) {
  const path = join(folder, specifier.slice('graphql'.length));
  return [path, `${path}.js`, join(path, 'index.js')].find((one) => one.endsWith('.js') && existsSync(one));
}

registerHooks({
  resolve: (specifier, context, next) =>
    /^graphql(\/|$)/.test(specifier)
      ? { url: pathToFileURL(fileOf(specifier)).href, format: 'commonjs', shortCircuit: true }
      : next(specifier, context),
});
