import { expect, it } from 'vitest';
import { fleetPlan, vehicleIdOf } from './fleet-options.js';

const mqttUrl = 'mqtt://broker';

it('names the vehicles of each run differently, unless told how', () => {
  const one = fleetPlan({ mqttUrl }, 1_795_000_000_000).prefix;
  expect(one).toMatch(/^sim-[0-9a-z]{4}$/);
  expect(fleetPlan({ mqttUrl }, 1_795_000_001_000).prefix).not.toBe(one);
  expect(fleetPlan({ mqttUrl, prefix: 'truck' }, 0).prefix).toBe('truck');
  expect(vehicleIdOf({ prefix: 'truck', vehicles: 1000 }, 6)).toBe('truck-0007');
});

it('lets each vehicle report once a second if no rate is given', () => {
  expect(fleetPlan({ mqttUrl, vehicles: 20 }, 0).ratePerSecond).toBe(20);
});

it.each([
  [{ vehicles: 0 }, 'number of vehicles'],
  [{ ratePerSecond: 0 }, 'rate'],
  [{ jsonShare: 2 }, 'share of JSON'],
  [{ durationMs: 0 }, 'duration'],
  [{ buffered: { forMs: 500, everyMs: 1000 } }, 'at least one reading'],
  [{ topicPattern: 'telemetry' }, 'topic pattern'],
  [{ prefix: 'Ä' }, 'prefix'],
  [{ prefix: 'x'.repeat(64) }, 'prefix'],
])('refuses %j in one sentence', (options, named) => {
  expect(() => fleetPlan({ mqttUrl, ...options }, 0)).toThrow(named);
});

it('sends what was recorded during an outage, all of it and no more', () => {
  const buffered = { forMs: 48 * 3_600_000, everyMs: 60_000 };
  const plan = fleetPlan({ mqttUrl, vehicles: 200, ratePerSecond: 2000, buffered }, 0);
  expect(plan.durationMs).toBe(((200 * 48 * 60) / 2000) * 1000);
});
