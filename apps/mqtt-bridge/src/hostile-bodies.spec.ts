import { expect, it } from 'vitest';
import { HostileBodies } from './hostile-bodies.fixture.js';
import { aJourney, aReading, avroOf } from './journey.fixture.js';

const BODIES = 2000;
/** A kind of body that holds up the bridge longer than this, more often than not, holds up every acknowledgement. */
const LONGEST_MS = 100;

it('B12: each hostile body meets its fate, and none holds up the bridge', async () => {
  const hostile = new HostileBodies(11, {
    topicOf: (vehicle) => `vehicles/${vehicle}/telemetry`,
    avro: avroOf(aReading({ extras: {} })),
  });
  const { receive, letters, deadLettersLane, readingsLane } = await aJourney();
  const kinds = new Map<string, number[]>();
  for (let i = 0; i < BODIES; i++) {
    const { kind, topic, body, contentType, fate } = hostile.next();
    const lettersBefore = deadLettersLane.records.length;
    const begun = performance.now();
    receive({ topic, payload: body, properties: contentType === undefined ? {} : { contentType } });
    kinds.set(kind, [...(kinds.get(kind) ?? []), performance.now() - begun]);
    const found = deadLettersLane.records.length > lettersBefore ? letters().at(-1)?.reason : 'unverified';
    deadLettersLane.records.length = readingsLane.records.length = 0;
    expect(`${kind}: ${found}`).toBe(`${kind}: ${fate}`);
  }
  expect(kinds.size).toBeGreaterThan(30);
  expect([...kinds].filter(([, ms]) => median(ms) > LONGEST_MS)).toEqual([]);
}, 60_000);

function median(values: number[]): number {
  return values.sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
