import { expect, it } from 'vitest';
import { coresAt, deviation, lineThroughEnds } from './cost-model.js';

it('draws a line through the slowest and the fastest point, in whatever order they come', () => {
  const model = lineThroughEnds([
    { ratePerSecond: 8000, cores: 0.9 },
    { ratePerSecond: 4000, cores: 123 },
    { ratePerSecond: 1000, cores: 0.2 },
  ]);
  expect(coresAt(model, 1000)).toBeCloseTo(0.2);
  expect(coresAt(model, 8000)).toBeCloseTo(0.9);
  expect(coresAt(model, 4500)).toBeCloseTo(0.55);
});

it('saves nothing beyond the fastest', () => {
  const model = lineThroughEnds([
    { ratePerSecond: 1000, cores: 0.5 },
    { ratePerSecond: 5000, cores: 1 },
  ]);
  expect(coresAt(model, 5000)).toBeCloseTo(1);
  expect(coresAt(model, 50_000)).toBeCloseTo(10);
});

it('lets nothing cost less than nothing', () => {
  const cheaperWithMore = lineThroughEnds([
    { ratePerSecond: 1000, cores: 0.8 },
    { ratePerSecond: 3000, cores: 0.7 },
  ]);
  expect(cheaperWithMore).toMatchObject({ fixedCores: 0.8, coresPerMessagePerSecond: 0 });
  const steep = lineThroughEnds([
    { ratePerSecond: 1000, cores: 0.1 },
    { ratePerSecond: 2000, cores: 0.4 },
  ]);
  expect(coresAt(steep, 0)).toBe(0);
});

it('needs two rates', () => {
  const point = { ratePerSecond: 1000, cores: 0.1 };
  expect(() => lineThroughEnds([point])).toThrow('two rates');
  expect(() => lineThroughEnds([point, point])).toThrow('two rates');
});

it('says by how much it is wrong', () => {
  expect(deviation(1.1, 1)).toBeCloseTo(0.1);
  expect(deviation(0.5, 1)).toBeCloseTo(-0.5);
});
