import { expect, it } from 'vitest';
import { BrokerDrops } from './broker-drops.js';
import { recordingLog } from './logged.fixture.js';

function someDrops() {
  const { log, logged } = recordingLog();
  let level = 0;
  const drops = new BrokerDrops({ set: (value: unknown) => void (level = Number(value)) }, log);
  return { drops, logged, level: () => level };
}

it('B9: is loud about every growth, also about what was dropped before it first asked', () => {
  const { drops, logged, level } = someDrops();
  for (const told of [150, 150, 170]) drops.told(told);
  expect(logged).toMatchObject([
    { level: 'error', event: 'mqtt_broker_dropped_messages', dropped: 150, more: 150 },
    { level: 'error', dropped: 170, more: 20 },
  ]);
  expect(level()).toBe(170);
});

it('B9: knows that a broker counts from zero again when it is started anew', () => {
  const { drops, logged } = someDrops();
  for (const told of [150, 0, 3]) drops.told(told);
  expect(logged.map(({ more }) => more)).toEqual([150, 3]);
});

it('is not confused by a topic that holds something else', () => {
  const { drops, logged, level } = someDrops();
  drops.told(NaN);
  expect([logged, level()]).toEqual([[], 0]);
});
