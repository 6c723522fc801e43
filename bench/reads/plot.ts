/** The rates as a share of the best of each case: an SVG by hand. */
import { type Case, CASES } from './cases.ts';
import { CONTENDERS } from './contenders.ts';
import { figure, type Results } from './report.ts';

const COLOURS = ['#9aa5b1', '#0b7285', '#e8590c', '#c2255c', '#5f3dc4'];
const WIDTH = 760;
const BAR = 18;
const LEFT = 250;

export function plot(results: Results): string {
  const parts: string[] = [];
  let y = 34;
  for (const of of Object.keys(CASES) as Case[]) {
    const rates = CONTENDERS.map(({ name }) => figure(results, of, name, 'perSecond'));
    const best = Math.max(...rates.filter((rate) => rate > 0));
    parts.push(
      `<text x="14" y="${y + 14}" font-weight="600">${CASES[of].replace(/[`{}]/g, '').trim()}</text>`,
    );
    y += 22;
    for (const [index, { label }] of CONTENDERS.entries()) {
      const rate = rates[index] ?? NaN;
      if (!(rate > 0)) continue;
      const width = ((WIDTH - LEFT - 90) * rate) / best;
      parts.push(
        `<text x="${LEFT - 8}" y="${y + 12}" text-anchor="end">${label}</text><rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR - 4}" fill="${COLOURS[index]}"/><text x="${LEFT + width + 6}" y="${y + 12}">${Math.round(rate).toLocaleString('en-US')}/s</text>`,
      );
      y += BAR;
    }
    y += 12;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" font-family="system-ui, sans-serif" font-size="11">
<rect width="100%" height="100%" fill="white"/>
<text x="14" y="20" font-size="15" font-weight="600">Requests a second on 16 connections, median of the rounds</text>
${parts.join('\n')}
</svg>
`;
}
