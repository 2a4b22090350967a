import { expect, it } from 'vitest';
import { HeldPartitions, type CommitSteps, type PartitionOffset } from './held-partitions.js';

const PARTITIONS = [0, 1, 2];

/** Three partitions with a resolved record each. */
function threeResolved() {
  const held = new HeldPartitions(() => undefined);
  held.begin(PARTITIONS.length);
  for (const partition of PARTITIONS) {
    const record = {
      ...{ topic: 'topic', partition, offset: 7n },
      ...{ timestamp: 0, key: null, value: null, headers: {} },
    };
    const { batch } = held.takeOver({ topic: 'topic', partition, highWatermark: 8n, records: [record] });
    batch?.resolve(record);
  }
  const round = async (steps: Partial<CommitSteps> = {}) => {
    const asked: (readonly PartitionOffset[])[] = [];
    const postponed: number[][] = [];
    await held.commitResolved({
      commit: async (offsets) => void asked.push(offsets),
      onPostponed: (partitions) => postponed.push([...partitions]),
      ...steps,
    });
    return { asked, postponed };
  };
  return { held, round };
}

const upTo = (partition: number) => ({ topic: 'topic', partition, offset: 8n });

it('all partitions are committed in one request, and once', async () => {
  const { round } = threeResolved();
  expect(await round()).toEqual({ asked: [PARTITIONS.map(upTo)], postponed: [] });
  expect(await round()).toEqual({ asked: [], postponed: [] });
});

it('what a coordinator that is away was not told, it is told in the next round', async () => {
  const { round } = threeResolved();
  const away = await round({ commit: () => Promise.reject(new Error('the coordinator is away')) });
  expect(away).toEqual({ asked: [], postponed: [PARTITIONS] });
  expect(await round()).toEqual({ asked: [PARTITIONS.map(upTo)], postponed: [] });
});

it('what cannot be made durable before a commit postpones that partition alone', async () => {
  const { round } = threeResolved();
  const first = await round({
    beforeCommit: async ({ partition }) => {
      if (partition === 1) throw new Error('no store');
    },
  });
  expect(first).toEqual({ asked: [[0, 2].map(upTo)], postponed: [[1]] });
  expect(await round()).toEqual({ asked: [[upTo(1)]], postponed: [] });
});

it('makes as many partitions ready at once as it is told to, and each once', async () => {
  for (const preparedAtOnce of [1, 2, 9]) {
    const { round } = threeResolved();
    const seen: number[] = [];
    let [now, most] = [0, 0];
    const beforeCommit = async ({ partition }: { partition: number }) => {
      seen.push(partition);
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      now--;
    };
    const { asked } = await round({ preparedAtOnce, beforeCommit });
    expect([seen, most]).toEqual([PARTITIONS, Math.min(preparedAtOnce, PARTITIONS.length)]);
    expect(asked).toEqual([PARTITIONS.map(upTo)]);
  }
});

it('I6: nothing is committed when the group meets while partitions are made ready', async () => {
  const { held, round } = threeResolved();
  const { asked } = await round({
    beforeCommit: async ({ partition }) => void (partition === 2 && held.end()),
  });
  expect(asked).toEqual([]);
});

it('tells since when the oldest record waits, over all partitions, and nothing when none does', () => {
  const held = new HeldPartitions(() => undefined);
  held.begin(2);
  const records = (partition: number, ...timestamps: number[]) =>
    timestamps.map((timestamp, index) => ({
      ...{ topic: 'topic', partition, offset: BigInt(index), timestamp },
      ...{ key: null, value: null, headers: {} },
    }));
  const take = (partition: number, ...timestamps: number[]) =>
    held.takeOver({
      ...{ topic: 'topic', partition, highWatermark: 9n },
      records: records(partition, ...timestamps),
    }).batch;
  expect(held.oldestUnresolvedAt).toBeUndefined();
  const young = take(0, 5000);
  const old = take(1, 2000, 3000);
  expect(held.oldestUnresolvedAt).toBe(2000);
  for (const record of old?.records ?? []) old?.resolve(record);
  expect(held.oldestUnresolvedAt).toBe(5000);
  for (const record of young?.records ?? []) young?.resolve(record);
  expect(held.oldestUnresolvedAt).toBeUndefined();
});
