import { expect, it } from 'vitest';
import type { LiveFigures } from './live-figures.js';
import { figuresBlock, figuresLine, LiveView } from './live-view.js';

const figures: LiveFigures = {
  seconds: 12.4,
  fleet: {
    phase: 'sending',
    vehicles: 1000,
    connected: 998,
    sent: 12_000,
    attempts: 12_100,
    acknowledged: 11_990,
    refused: 0,
    withoutSubscriber: 0,
    unacknowledged: 10,
    waiting: 0,
    recentAckMs: { p50: 2, p99: 60, max: 90 },
    behindSchedule: 0,
    mostBehindMs: 0,
  },
  inKafka: 12_090,
  stored: 11_900,
  deadLetters: 1,
  readingsLag: 190,
  signalsLag: 20,
  publishToReadableMs: { p50: 45, p99: 1200 },
  openAlerts: [
    { vehicleId: 'sim-1', rule: 'fuel-low', severity: 'warning', value: 14.982, openedAt: new Date(0) },
  ],
};

it('says everything in one line where there is no terminal', () => {
  expect(figuresLine(figures)).toBe(
    '12 s: published 12000, acknowledged 11990, in Kafka 12090, stored 11900, lag 190 + 20, publish to stored 45 ms p50 1.2 s p99, open alerts 1, dead letters 1',
  );
});

it('names vehicle, rule and value of open alerts, and what to try next', () => {
  const block = figuresBlock(figures, ['npx navora alerts list'], 40).join('\n');
  expect(block).toContain('00:00:00  warning   sim-1             fuel-low 14.98');
  expect(block).toContain('  npx navora alerts list');
});

it('never draws more lines than there are', () => {
  const many = { ...figures, openAlerts: Array.from({ length: 100 }, () => figures.openAlerts).flat() };
  expect(figuresBlock(many, ['a', 'b'], 24).length).toBeLessThanOrEqual(24);
});

it('draws over what it drew before, and keeps what was said', () => {
  let written = '';
  const view = new LiveView({ isTTY: true, rows: 40, columns: 80, write: (text) => (written += text) });
  view.show(figures);
  const lines = written.split('\n').length - 1;
  view.say('processor is started again');
  expect(written).toContain(`\u001b[${lines}A\u001b[Jprocessor is started again\n`);
});
