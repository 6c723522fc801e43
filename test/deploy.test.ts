import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createMetrics } from '../src/telemetry/metrics.ts';

/** Names of metrics in a text, without what Prometheus adds for histograms. */
const metricsIn = (text: string) =>
  new Set(
    [
      ...text.matchAll(/\b((?:tenant_sync|process|nodejs)_\w+?)(?:_bucket|_count|_sum)?\b(?=[\s({[)]|$)/g),
    ].map(([, name]) => name),
  );

test.each(['deploy/grafana-dashboard.json', 'deploy/README.md'])(
  '%s names only metrics that there are',
  async (path) => {
    const { text } = await createMetrics().print();
    const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
    const named = metricsIn(
      path.endsWith('.json')
        ? [...readFileSync(path, 'utf8').matchAll(/"expr": "(.*)"/g)]
            .map(([, expression]) => expression)
            .join('\n')
        : [...readFileSync(path, 'utf8').matchAll(/^\| `(.*?)`/gm)].map(([, code]) => code).join('\n'),
    );
    expect(named.size).toBeGreaterThan(3);
    expect([...named].filter((name) => !known.has(name))).toEqual([]);
  },
);

test('The image holds everything that the program reads', () => {
  const wanted = ['package.json', 'package-lock.json', '.npmrc', 'migrations', 'pipelines', 'src'];
  const ignore = readFileSync('.containerignore', 'utf8');
  const recipe = readFileSync('deploy/Containerfile', 'utf8');
  for (const name of wanted) {
    expect(ignore).toContain(`!${name}\n`);
    expect(recipe).toMatch(
      new RegExp(`^COPY .*\\b${name.replace('.', '\\.')}\\b`.replace('\\b\\.', '\\.'), 'm'),
    );
  }
});
