import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aCommit, START } from './a-good-world.js';
import { commitIn, commitPartitionOf } from './commit-records.js';
import { brokenBy } from './forged.fixture.js';

const back = aCommit(7n, START + 20_000);
const WENT_BACK = ['I6 offsets decreased'];

describe('I6: committed offsets', () => {
  it('may stand still and go on', async () => {
    const commits = [5n, 5n, 22n].map((offset, index) => aCommit(offset, START + index));
    await expect(brokenBy(() => ({ commits }))).resolves.toEqual([]);
  });

  it('may not go back, though another partition or group is elsewhere', async () => {
    const other = { ...aCommit(3n, START + 20_000), partition: 1 };
    await expect(brokenBy(({ commits = [] }) => ({ commits: [...commits, other] }))).resolves.toEqual([]);
    await expect(brokenBy(({ commits = [] }) => ({ commits: [...commits, back] }))).resolves.toEqual(
      WENT_BACK,
    );
  });

  it('nor after the broker forgot them', async () => {
    const { offset: _, ...forgotten } = aCommit(0n, START + 19_000);
    const lie = { ...back, at: START + 20_000 };
    await expect(
      brokenBy(({ commits = [] }) => ({ commits: [...commits, forgotten, lie] })),
    ).resolves.toEqual(WENT_BACK);
  });

  it('unless on purpose: allowed, or noted as P20 in the fault log', async () => {
    const fault = { code: 'P20', what: 'reset to earliest', from: START + 15_000, to: START + 16_000 };
    const gone = (more: object) => brokenBy(({ commits = [] }) => ({ commits: [...commits, back], ...more }));
    await expect(gone({ resetsAllowed: true })).resolves.toEqual([]);
    await expect(gone({ faults: [fault] })).resolves.toEqual([]);
    await expect(gone({ faults: [{ ...fault, code: 'P1' }] })).resolves.toEqual(WENT_BACK);
    await expect(gone({ faults: [{ ...fault, from: START + 90_000, to: START + 99_000 }] })).resolves.toEqual(
      WENT_BACK,
    );
  });

  it('what happened before the history is not judged', async () => {
    const before = [9n, 1n].map((offset, index) => aCommit(offset, START - 100 + index));
    await expect(brokenBy(() => ({ commits: before }))).resolves.toEqual([]);
  });
});

describe('a record of __consumer_offsets', () => {
  const text = (value: string) => {
    const bytes = Buffer.from(value);
    const length = Buffer.alloc(2);
    length.writeInt16BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const key = (version: number, group: string, topic: string, partition: number) => {
    const [head, tail] = [Buffer.alloc(2), Buffer.alloc(4)];
    head.writeInt16BE(version);
    tail.writeInt32BE(partition);
    return Buffer.concat([head, text(group), text(topic), tail]);
  };
  const value = (offset: bigint) => {
    const bytes = Buffer.alloc(24);
    bytes.writeInt16BE(3);
    bytes.writeBigInt64BE(offset, 2);
    return bytes;
  };

  it('is a commit, whatever its names and numbers', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 50 }),
        fc.string({ maxLength: 50 }),
        fc.nat(),
        fc.bigInt({ min: 0n, max: 2n ** 62n }),
        (group, topic, partition, offset) => {
          const read = commitIn(key(1, group, topic, partition), value(offset), 5);
          expect(read).toEqual({
            group: Buffer.from(group).toString(),
            topic: Buffer.from(topic).toString(),
            partition,
            offset,
            at: 5,
          });
        },
      ),
    );
  });

  it('may tell that a commit is forgotten, or be of something else', () => {
    expect(commitIn(key(1, 'g', 't', 2), null, 5)).toEqual({ group: 'g', topic: 't', partition: 2, at: 5 });
    expect(commitIn(key(2, 'g', 't', 2), value(1n), 5)).toBeUndefined();
  });

  it('stands in the partition of its group, as Java counts', () => {
    // Its hash code is the least of all integers.
    expect(commitPartitionOf('polygenelubricants', 50)).toBe(0);
    expect(commitPartitionOf('a', 50)).toBe(97 % 50);
    expect(commitPartitionOf('ab', 50)).toBe((97 * 31 + 98) % 50);
    // Its hash code is below zero, and Kafka takes the absolute value.
    expect(commitPartitionOf('readings-archive', 50)).toBe(8);
  });
});
