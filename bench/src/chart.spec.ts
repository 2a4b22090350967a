import { expect, it } from 'vitest';
import { barChart } from './chart.js';

it('draws a bar for each side in proportion to its median, with its value', () => {
  const svg = barChart('Leg b', [
    { label: 'navora', median: 20_000, min: 19_000, max: 22_000 },
    { label: 'a <peer>', median: 10_000, min: 10_000, max: 10_000 },
  ]);
  const widths = [...svg.matchAll(/<rect [^>]*width="(\d+)"/g)].map(([, width]) => Number(width));
  expect(widths).toHaveLength(2);
  expect((widths[0] ?? 0) / (widths[1] ?? 1)).toBeCloseTo(2, 1);
  expect(svg).toContain('>20,000</text>');
  expect(svg).toContain('a &lt;peer&gt;');
});
