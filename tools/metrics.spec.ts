import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FILE, metricsByService, metricsText } from './metrics/text.js';

describe('docs/metrics.md', () => {
  it('lists what the services register', () => {
    expect(readFileSync(FILE, 'utf8'), 'npm run generate:metrics').toBe(metricsText());
  });

  it('has a meaning for each metric, and names that Prometheus recommends', () => {
    const { node, ...ours } = metricsByService();
    expect(node?.length).toBeGreaterThan(10);
    for (const { name, type, help } of Object.values(ours).flat()) {
      expect(name).toMatch(/^navora_[a-z_]+$/);
      expect(help.length, name).toBeGreaterThan(10);
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
    }
  });

  it('gives no metric a label whose values a vehicle chooses', () => {
    const bounded = ['by', 'reason', 'what', 'status', 'measurement', 'arrival', 'kind', 'severity', 'rule'];
    const others = ['outcome', 'channel', 'towards'];
    for (const { name, labels } of Object.values(metricsByService()).slice(0, -1).flat())
      for (const label of labels) expect([...bounded, ...others], name).toContain(label);
  });
});
