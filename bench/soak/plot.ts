/** Memory and handles over events: an SVG by hand. */
import type { Held } from './watch.ts';

const SIZE = { width: 860, height: 240, left: 70, right: 20, top: 34, bottom: 36 };

export function plot(samples: readonly Held[]): string {
  const rows = [
    { title: 'Memory, MB', lines: { resident: pick(samples, 'residentMb'), heap: pick(samples, 'heapMb') } },
    {
      title: 'Descriptors and sockets',
      lines: { descriptors: pick(samples, 'descriptors'), sockets: pick(samples, 'sockets') },
    },
  ];
  const panels = rows.map(
    ({ title, lines }, index) =>
      `<g transform="translate(0 ${index * SIZE.height})">${panel(title, lines)}</g>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE.width}" height="${rows.length * SIZE.height}" font-family="system-ui, sans-serif" font-size="11">
<rect width="100%" height="100%" fill="white"/>
${panels.join('\n')}
</svg>
`;
}

type Points = readonly (readonly [number, number])[];
const COLOURS = ['#0b7285', '#e8590c'];

const pick = (samples: readonly Held[], key: keyof Held): Points =>
  samples.map((sample) => [sample.events, sample[key]]);

function panel(title: string, lines: Readonly<Record<string, Points>>): string {
  const all = Object.values(lines).flat();
  const [xMost, yMost] = [Math.max(...all.map(([x]) => x)), Math.max(...all.map(([, y]) => y)) * 1.1];
  const xOf = (x: number) => SIZE.left + ((SIZE.width - SIZE.left - SIZE.right) * x) / xMost;
  const yOf = (y: number) => SIZE.height - SIZE.bottom - ((SIZE.height - SIZE.bottom - SIZE.top) * y) / yMost;
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const y = yOf((yMost / 1.1) * share);
    return `<line x1="${SIZE.left}" x2="${SIZE.width - SIZE.right}" y1="${y}" y2="${y}" stroke="#dde3e9"/><text x="${SIZE.left - 8}" y="${y + 4}" text-anchor="end">${Math.round((yMost / 1.1) * share).toLocaleString('en-US')}</text>`;
  });
  const drawn = Object.entries(lines).map(([name, points], index) => {
    const path = points.map(([x, y]) => `${xOf(x).toFixed(1)},${yOf(y).toFixed(1)}`).join(' ');
    const x = SIZE.left + 200 + index * 110;
    return `<polyline points="${path}" fill="none" stroke="${COLOURS[index]}" stroke-width="1.5"/><rect x="${x}" y="12" width="10" height="10" fill="${COLOURS[index]}"/><text x="${x + 14}" y="21">${name}</text>`;
  });
  const end = `<text x="${SIZE.width - SIZE.right}" y="${SIZE.height - 12}" text-anchor="end">${xMost.toLocaleString('en-US')} events</text>`;
  return `<text x="${SIZE.left}" y="21" font-weight="600">${title}</text>${grid.join('')}${drawn.join('')}${end}`;
}
