import { expect, it } from 'vitest';
import { valueIn } from './metrics-text.js';

const TEXT = `# HELP sent_total what was sent
sent_total{service="a",kind="x"} 3
sent_total{service="a",kind="y"} 4
sent_total_bytes{service="a"} 99
up 1
`;

it('sums a metric over its labels, or over those that are wanted', () => {
  expect(valueIn(TEXT, 'sent_total')).toBe(7);
  expect(valueIn(TEXT, 'sent_total', { kind: 'y' })).toBe(4);
  expect(valueIn(TEXT, 'up')).toBe(1);
  expect(valueIn(TEXT, 'absent')).toBe(0);
});
