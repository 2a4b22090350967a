import { invariant, modelRuns } from '@navora/testing';
import fc from 'fast-check';
import { it } from 'vitest';
import { AckWindow } from './ack-window.js';
import { aJourney, aPublish, aReading, avroOf } from './journey.fixture.js';

/** Kafka for one topic, as far as a lane sees it: what is handed over is there once it is acknowledged. */
class Lane {
  readonly acknowledged = new Set<number>();
  private readonly waiting: (() => void)[] = [];

  produce(_record: unknown, acknowledged: () => void): void {
    const message = current;
    this.waiting.push(() => {
      this.acknowledged.add(message);
      acknowledged();
    });
  }

  acknowledge(count: number): void {
    for (const acknowledge of this.waiting.splice(0, count)) acknowledge();
  }
}

/** The message whose journey begins: a lane is called before the journey's beginning returns. */
let current = 0;

const bodies: Record<string, { payload: Buffer; isGood: boolean }> = {
  good: { payload: avroOf(aReading()), isGood: true },
  empty: { payload: Buffer.alloc(0), isGood: false },
  malformed: { payload: Buffer.from('{"recordedAt": "yesterday"}'), isGood: false },
  foreign: { payload: avroOf(aReading({ vehicleId: 'truck-18' })), isGood: false },
};

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ receive: fc.constantFrom(...Object.keys(bodies), 'good', 'good') }) },
  { weight: 2, arbitrary: fc.record({ readings: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ letters: fc.integer({ min: 1, max: 4 }) }) },
);

it('B2, B3, B12: a message is acknowledged only when Kafka has its reading, or its dead letter, and never before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (history) => {
      const readings = new Lane();
      const letters = new Lane();
      const { journey } = await aJourney({ readingsLane: readings, deadLettersLane: letters });
      const received: { isGood: boolean }[] = [];
      let acknowledged = 0;
      const window = new AckWindow((packetId) => {
        const { isGood } = received[packetId] as { isGood: boolean };
        const { acknowledged: there } = isGood ? readings : letters;
        invariant('I1', there.has(packetId), () => {
          return `a ${isGood ? 'reading' : 'bad message'} is acknowledged, and Kafka does not have ${isGood ? 'it' : 'its dead letter'}`;
        });
        acknowledged++;
      });
      for (const one of history) {
        if ('receive' in one) {
          const { payload, isGood } = bodies[one.receive] as { payload: Buffer; isGood: boolean };
          current = received.push({ isGood }) - 1;
          // Packet id 0 does not exist; the first message is one that the broker never sent.
          if (current > 0) journey.begin(aPublish({ payload, messageId: current }), window);
        } else if ('readings' in one) readings.acknowledge(one.readings);
        else letters.acknowledge(one.letters);
      }
      readings.acknowledge(Infinity);
      letters.acknowledge(Infinity);
      const due = Math.max(0, received.length - 1);
      invariant('I8', acknowledged === due, () => `${due - acknowledged} messages are never acknowledged`);
    }),
    modelRuns(100),
  );
}, 60_000);
