import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@navora/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ConsumedRecord, RecordBatch } from './record-batch.js';
import { type Handler, WatchedGroup } from './watched-group.fixture.js';

const PARTITIONS = 4;
/** Of the five records first produced to each partition, those whose work is not done when it is taken away. */
const IN_FLIGHT = 3 * PARTITIONS;
let group: WatchedGroup;
beforeEach(async () => {
  group = await WatchedGroup.create(PARTITIONS);
});
afterEach(() => group.end());

/** Resolves each record a little later, those of one batch in any order. */
const soon: Handler = (batch, record) =>
  void setTimeout(() => group.resolve(batch, record), (Number(record.offset) * 7) % 30);

it('P1: a second member that joins and leaves every half second costs no record and takes no offset back', async () => {
  const steady = group.member('steady', soon);
  await steady.start();
  await group.produce(1);
  await group.untilCommitted('the steady member at work');
  const stopLoad = group.load();
  let shared = 0;
  for (let round = 0; round < 6; round++) {
    const passing = group.member(`passing ${round}`, soon);
    await passing.start();
    await Promise.race([
      pause(500),
      eventually('a share', () => passing.assigned, { withinMs: 500 }).catch(() => undefined),
    ]);
    await pause(500);
    if (passing.assigned) shared++;
    await passing.stop(5000);
    await pause(500);
  }
  await stopLoad();
  await group.untilCommitted('everything');
  await group.judge();
  expect(shared).toBeGreaterThan(0);
  expect(group.attempts.some(({ member }) => member !== 'steady')).toBe(true);
});

it('P2: a member whose handler is slower than its session commits nothing when it comes back', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const late: [RecordBatch, ConsumedRecord][] = [];
  let first = true;
  const slow = group.member('slow', soon, {
    onBatch: async (batch) => {
      if (!first) return group.hand(batch, soon);
      first = false;
      group.hand(batch, (...one) => void late.push(one));
      await held;
    },
  });
  await group.produce(5);
  await slow.start();
  await eventually('a batch in the slow hands', () => late.length > 0);

  const quick = group.member('quick', soon);
  await quick.start();
  await group.untilCommitted('what the slow one was given, by the other');
  await group.produce(5);
  await group.untilCommitted('more by the other');

  // Now it has done its work, and its loop commits, before it has heard that it was expelled.
  const before = group.attempts.length;
  for (const [batch, record] of late) group.resolve(batch, record);
  await eventually('the late commit', () =>
    group.attempts.slice(before).some(({ member, outcome }) => member === 'slow' && outcome === 'refused'),
  );
  release();
  await eventually('the slow one back in the group', () => slow.assigned && slow.unresolved === 0);
  await group.produce(5);
  await group.untilCommitted('the rest');
  expect(
    group.attempts.filter(
      ({ member, offset, outcome }) => member === 'slow' && offset <= 5n && outcome === 'accepted',
    ),
  ).toEqual([]);
  await group.judge();
});

it('P6: what comes after a stop has begun is handled by the next member only, and nothing twice', async () => {
  const first = group.member('first', soon);
  await first.start();
  const stopLoad = group.load();
  await eventually('work under way', () => first.unresolved > 0 && group.handled.size > 50);

  const stopped = first.stop(5000);
  const handled = group.handled.size;
  await stopped;
  await group.produce(10);
  expect(group.handled.size).toBe(handled);

  const next = group.member('next', soon);
  await next.start();
  await stopLoad();
  await group.untilCommitted('everything');
  await group.judge();
  expect([...group.handled].filter(([, times]) => times > 1)).toEqual([]);
});

it('P8: partitions taken away with work in flight and a commit on its way: the commit is dropped, the work done again', async () => {
  let durable: () => void = () => undefined;
  const delayed = new Promise<void>((resolve) => (durable = resolve));
  let waiting = false;
  const inFlight: [RecordBatch, ConsumedRecord][] = [];
  const first = group.member(
    'first',
    (batch, record) => {
      if (inFlight.length === IN_FLIGHT) soon(batch, record);
      else if (record.offset < 2n) group.resolve(batch, record);
      else inFlight.push([batch, record]);
    },
    {
      beforeCommit: () => {
        waiting = true;
        return delayed;
      },
    },
  );
  await group.produce(5);
  await first.start();
  await eventually('work in flight, and a commit that waits', () => waiting && inFlight.length === IN_FLIGHT);

  const second = group.member('second', soon);
  await second.start();
  const taken = await eventually("the second member's commits", async () => {
    const offsets = await group.committed();
    const partitions = offsets.flatMap((offset, partition) => (offset === 5 ? [partition] : []));
    return partitions.length >= PARTITIONS / 2 && partitions;
  });
  // The work of the old assignment is done only now, and so is what its commit waited for.
  for (const [batch, record] of inFlight) {
    expect(batch.assignment.held).toBe(false);
    group.resolve(batch, record);
  }
  durable();
  await group.produce(5);
  await group.untilCommitted('everything');
  await group.judge();
  expect(
    group.attempts.filter(({ member, partition }) => member === 'first' && taken.includes(partition)),
  ).toEqual([]);
});
