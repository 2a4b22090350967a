import { expect, it } from 'vitest';
import { figuresOf } from '../whole-way/figures.fixture.js';
import type { CapacityFigures } from './measure.js';
import { checkedAgainst, measuredOf, renderCapacity } from './report.js';
import { ASSUMPTIONS, PARTS, PRICES } from './sizing.js';

const atWork = (ratePerSecond: number, cpuShare: number) =>
  figuresOf(ratePerSecond, {
    observed: {
      byProcess: Object.fromEntries(
        PARTS.map((part) => [
          part,
          ...[{ cpuShare, cpuMicrosecondsPerMessage: 0, peakResidentMiB: 0, residentGrowthMiBPerMinute: 0 }],
        ]),
      ),
      backlog: { growthPerSecond: 0, largest: 0, last: 0 },
    },
  });

const figures: CapacityFigures = {
  live: [atWork(1000, 0.1), atWork(2000, 0.25), atWork(5000, 0.5)],
  bytesPerRow: 100,
  bytesPerReadingInKafka: 300,
};

it('is held against the rates that it was not made of', () => {
  const checked = checkedAgainst(figures.live, measuredOf(figures));
  expect(checked).toHaveLength(1);
  expect(checked[0]?.ratePerSecond).toBe(2000);
  expect(checked[0]?.predictedCores).toBeCloseTo(6 * 0.2);
  expect(checked[0]?.measuredCores).toBeCloseTo(6 * 0.25);
  expect(checked[0]?.deviation).toBeCloseTo(-0.2);
});

it('says what fleets need, and what that costs beside what it replaces', () => {
  const text = renderCapacity({
    ...{ startedAt: new Date('2026-11-27T18:00:00Z'), figures, assumed: ASSUMPTIONS, prices: PRICES },
    machine: {
      ...{ processors: '2 × some', memoryGiB: 24, system: 'Linux', node: 'v20', java: '17' },
      ...{ services: 'Kafka', commitLog: 'group', otherSettings: [] },
    },
  });
  expect(text).toContain('| 2,000 | 1.20 | 1.50 | -20 % |');
  expect(text).toMatch(/\| 1,000,000 \| 100,000 \| \d+ \|/);
  expect(text).toMatch(/USD 8,920 a month for 10,000 vehicles .* this is \d+ % of that/);
});

it('needs figures at two rates', () => {
  expect(() => measuredOf({ ...figures, live: figures.live.slice(0, 1) })).toThrow('two rates');
});
