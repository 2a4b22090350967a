import { heartbeatOf, type Heartbeat } from '@navora/schemas';
import type { OutgoingRecord } from '@navora/kafka';
import { expect, it } from 'vitest';
import { AckWindow } from './ack-window.js';
import { Heartbeats } from './heartbeats.js';

function aBridge() {
  const records: OutgoingRecord[] = [];
  const acknowledge: (() => void)[] = [];
  const connection = () =>
    new Heartbeats({
      readings: { topic: 'readings', partitions: 3 },
      readingsLane: {
        produce: (record, acknowledged) => {
          records.push(record);
          acknowledge.push(acknowledged);
        },
      },
    });
  const pubacks: number[] = [];
  const window = new AckWindow((packetId) => pubacks.push(packetId));
  const back = (heartbeats: Heartbeats, payload: string, messageId = 1) =>
    heartbeats.received(
      {
        cmd: 'publish',
        topic: 't',
        payload: Buffer.from(payload),
        qos: 1,
        messageId,
        dup: false,
        retain: false,
      },
      window,
    );
  const written = (): (Heartbeat | undefined)[] =>
    records.map(({ headers = {} }) =>
      heartbeatOf({
        ...{ key: null, value: null },
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, one]) => [name, Buffer.from(String(one))]),
        ),
      }),
    );
  return { records, acknowledge, connection, pubacks, back, written };
}

it('goes to every partition behind what came before, and is acknowledged when all have it', () => {
  const { records, acknowledge, connection, pubacks, back, written } = aBridge();
  const heartbeats = connection();
  back(heartbeats, heartbeats.next(1000), 7);
  expect(records.map(({ topic, partition, key, value }) => [topic, partition, key, value])).toEqual([
    ...[0, 1, 2].map((partition) => ['readings', partition, null, null]),
  ]);
  expect(written()).toEqual(Array.from({ length: 3 }, () => ({ since: 1000, upTo: 1000 })));
  acknowledge[0]?.();
  acknowledge[2]?.();
  expect(pubacks).toEqual([]);
  acknowledge[1]?.();
  expect(pubacks).toEqual([7]);
});

it('counts from the first of its connection: what an earlier one sent, or somebody else, says nothing', () => {
  const { connection, pubacks, back, written } = aBridge();
  const earlier = connection();
  const sentBefore = earlier.next(1000);
  const heartbeats = connection();
  back(heartbeats, sentBefore, 1);
  back(heartbeats, 'anything', 2);
  back(heartbeats, '', 3);
  expect(written()).toEqual([]);
  expect(pubacks).toEqual([1, 2, 3]);
  const first = heartbeats.next(5000);
  back(heartbeats, first, 4);
  back(heartbeats, heartbeats.next(15_000), 5);
  expect(written()[0]).toEqual({ since: 5000, upTo: 5000 });
  expect(written().at(-1)).toEqual({ since: 5000, upTo: 15_000 });
});
