import { expect, it } from 'vitest';
import { HeldPartitions } from './held-partitions.js';

/** Three partitions with a resolved record each; commits of those named in `refused` fail. */
function threeResolved(refused: Set<number>) {
  const held = new HeldPartitions(() => undefined);
  const asked: number[] = [];
  held.begin(3);
  for (const partition of [0, 1, 2]) {
    const record = {
      topic: 'topic',
      partition,
      offset: 7n,
      timestamp: 0,
      key: null,
      value: null,
      headers: {},
    };
    const commit = async () => {
      asked.push(partition);
      if (refused.has(partition)) throw new Error('the coordinator is away');
    };
    const { batch } = held.takeOver({
      topic: 'topic',
      partition,
      highWatermark: 8n,
      records: [record],
      commit,
    });
    batch?.resolve(record);
  }
  const postponed: number[] = [];
  const round = async () => {
    asked.length = postponed.length = 0;
    await held.commitResolved({ onPostponed: ({ partition }) => postponed.push(partition) });
    return { asked: [...asked], postponed: [...postponed] };
  };
  return { held, round };
}

it('a coordinator that fails one commit is not asked for the others in the same round', async () => {
  const { round } = threeResolved(new Set([0, 1, 2]));
  expect(await round()).toEqual({ asked: [0], postponed: [0] });
  expect(await round()).toEqual({ asked: [1], postponed: [1] });
});

it('a partition whose commit always fails holds up no other', async () => {
  const { round } = threeResolved(new Set([0]));
  expect(await round()).toEqual({ asked: [0], postponed: [0] });
  expect(await round()).toEqual({ asked: [1, 2, 0], postponed: [0] });
});

it('what cannot be made durable before a commit postpones that partition alone', async () => {
  const { held } = threeResolved(new Set());
  const postponed: number[] = [];
  await held.commitResolved({
    beforeCommit: async ({ partition }) => {
      if (partition === 1) throw new Error('no store');
    },
    onPostponed: ({ partition }) => postponed.push(partition),
  });
  expect(postponed).toEqual([1]);
  const left: number[] = [];
  await held.commitResolved({
    beforeCommit: async ({ partition }) => void left.push(partition),
    onPostponed: () => undefined,
  });
  expect(left, 'the others are committed').toEqual([1]);
});
