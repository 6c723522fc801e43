/** Deliveries a second as bars, for every case: an SVG by hand, on a logarithmic scale. */
import { CONTENDERS } from './contenders.ts';
import { casesOf, figure, type Results, WAYS } from './report.ts';

const COLOURS = ['#0b7285', '#e8590c', '#f4a261', '#52606d', '#9aa5b1', '#c2255c', '#5f3dc4'];
const PANEL = { width: 430, height: 230, left: 60, bottom: 40, top: 34 };

export function plot(results: Results): string {
  const cases = casesOf(results);
  const columns = 2;
  const height = Math.ceil(cases.length / columns) * PANEL.height + 60;
  const width = columns * PANEL.width + 20;
  const panels = cases.map((kind, index) => {
    const x = (index % columns) * PANEL.width + 10;
    const y = Math.floor(index / columns) * PANEL.height + 50;
    return `<g transform="translate(${x} ${y})">${panelOf(results, kind)}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="11">
<rect width="100%" height="100%" fill="white"/>
<text x="14" y="20" font-size="15" font-weight="600">Deliveries a second (logarithmic), median of the rounds</text>
${legend()}
${panels.join('\n')}
</svg>
`;
}

function legend(): string {
  return CONTENDERS.map(({ name }, index) => {
    const x = 14 + index * 122;
    return `<rect x="${x}" y="30" width="10" height="10" fill="${COLOURS[index]}"/><text x="${x + 14}" y="39">${name}</text>`;
  }).join('');
}

function panelOf(results: Results, kind: string): string {
  const [subscribers, matching] = kind.split('/');
  const values = WAYS.flatMap((way) =>
    CONTENDERS.map(({ name }) => figure(results, `${kind}/${name}`, way, 'deliveriesPerSecond')),
  ).filter((value) => value > 0);
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.ceil(Math.log10(Math.max(...values)));
  const inner = PANEL.height - PANEL.bottom - PANEL.top;
  const yOf = (value: number) =>
    PANEL.top + inner * (1 - (Math.log10(value) - low) / Math.max(1, high - low));
  const lines = Array.from({ length: high - low + 1 }, (_, step) => {
    const y = yOf(10 ** (low + step));
    return `<line x1="${PANEL.left}" x2="${PANEL.width - 10}" y1="${y}" y2="${y}" stroke="#dde3e9"/><text x="${PANEL.left - 6}" y="${y + 4}" text-anchor="end">${(10 ** (low + step)).toLocaleString('en-US')}</text>`;
  });
  const title = `${Number(subscribers).toLocaleString('en-US')} subscribers, ${matching === 'all' ? 'all matching' : '1 tenant in 100'}`;
  return `<text x="${PANEL.left}" y="20" font-weight="600">${title}</text>${lines.join('')}${barsOf(results, kind, yOf)}`;
}

function barsOf(results: Results, kind: string, yOf: (value: number) => number): string {
  const group = (PANEL.width - PANEL.left - 20) / WAYS.length;
  const bar = (group - 16) / CONTENDERS.length;
  const ground = PANEL.height - PANEL.bottom;
  return WAYS.map((way, wayIndex) => {
    const left = PANEL.left + wayIndex * group + 8;
    const bars = CONTENDERS.map(({ name }, index) => {
      const value = figure(results, `${kind}/${name}`, way, 'deliveriesPerSecond');
      if (!(value > 0)) return '';
      const y = yOf(value);
      return `<rect x="${left + index * bar}" y="${y}" width="${bar - 2}" height="${Math.max(1, ground - y)}" fill="${COLOURS[index]}"><title>${name}, ${way}: ${Math.round(value).toLocaleString('en-US')}/s</title></rect>`;
    });
    return `${bars.join('')}<text x="${left + (group - 16) / 2}" y="${ground + 16}" text-anchor="middle">${way}</text>`;
  }).join('');
}
