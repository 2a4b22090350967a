import type { Spread } from './ratios.js';

export interface Bar extends Spread {
  label: string;
}

const [WIDTH, LABELS, VALUES, BAR, GAP, TOP] = [720, 170, 110, 22, 12, 44];

/** Bars of medians with their min and max, as SVG that reads on light and on dark paper. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const largest = Math.max(...bars.map(({ max }) => max), 1);
  const scale = (value: number) => Math.round(((WIDTH - LABELS - VALUES) * value) / largest);
  const height = TOP + bars.length * (BAR + GAP);
  const rows = bars.map(({ label, median, min, max }, row) => {
    const y = TOP + row * (BAR + GAP);
    const middle = y + BAR / 2;
    return `  <text x="${LABELS - 10}" y="${middle + 5}" text-anchor="end">${escaped(label)}</text>
  <rect x="${LABELS}" y="${y}" width="${scale(median)}" height="${BAR}" fill="${label === 'navora' ? '#2f81f7' : '#8b949e'}"/>
  <line x1="${LABELS + scale(min)}" x2="${LABELS + scale(max)}" y1="${middle}" y2="${middle}" stroke="#d29922" stroke-width="3"/>
  <text x="${LABELS + scale(max) + 8}" y="${middle + 5}">${Math.round(median).toLocaleString('en-US')}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="14" fill="#6e7681" role="img">
  <title>${escaped(title)}</title>
  <text x="0" y="22" font-size="16">${escaped(title)}</text>
${rows.join('\n')}
</svg>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
