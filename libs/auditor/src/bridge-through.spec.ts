import { expect, it } from 'vitest';
import { bridgeThrough, type Pulses } from './bridge-through.js';
import type { Pulse } from './evidence.js';

const START = 1_000_000_000;
const PARTITIONS = 2;

/** A readings topic whose records are told by the times they come in, in seconds after the wait began. */
class Topic implements Pulses {
  nowMs = START;
  private readonly records: { partition: number; at: number; upTo?: number }[] = [];

  readings(partition: number, ...at: number[]): this {
    this.records.push(...at.map((second) => ({ partition, at: START + second * 1000 })));
    return this;
  }

  /** A heartbeat that was sent at one time and came in at another. */
  heartbeat(partition: number, sent: number, at: number): this {
    this.records.push({ partition, at: START + at * 1000, upTo: START + sent * 1000 });
    return this;
  }

  ends = async () => this.endsAt(this.nowMs + 1);

  endsAt = async (time: number) =>
    new Map(
      Array.from({ length: PARTITIONS }, (_, partition) => [
        partition,
        BigInt(this.of(partition).filter(({ at }) => at < time).length),
      ]),
    );

  async between(starts: ReadonlyMap<number, bigint>, ends: ReadonlyMap<number, bigint>) {
    const found = new Map<number, Pulse[]>();
    for (const [partition, end] of ends) {
      const pulses = this.of(partition)
        .slice(Number(starts.get(partition)), Number(end))
        .flatMap(({ upTo }, index) =>
          upTo === undefined ? [] : [{ offset: BigInt(index), since: 0, upTo }],
        );
      if (pulses.length > 0) found.set(partition, pulses);
    }
    return found;
  }

  private of(partition: number) {
    return this.records.filter((one) => one.partition === partition).sort((one, other) => one.at - other.at);
  }

  /** @returns what was found, and after how many seconds. */
  async wait(patienceS = 60): Promise<[string, number]> {
    const how = await bridgeThrough({
      pulses: this,
      patienceMs: patienceS * 1000,
      onProgress: () => undefined,
      pause: async (ms) => (this.nowMs += ms),
      now: () => this.nowMs,
    });
    return [how, (this.nowMs - START) / 1000];
  }
}

it('waits for a heartbeat of each partition that was sent after the wait began', async () => {
  const topic = new Topic().heartbeat(0, -8, -8).heartbeat(1, -8, -8);
  topic.heartbeat(0, 2, 3).heartbeat(1, 2, 7);
  expect(await topic.wait()).toEqual(['through', 7]);
});

it('is not content with one that was sent before and comes after: readings may be behind it', async () => {
  const topic = new Topic().heartbeat(0, -8, 1).heartbeat(1, -8, 1).heartbeat(0, -300, -300);
  topic.heartbeat(0, 2, 95).heartbeat(1, 2, 95);
  topic.readings(0, ...Array.from({ length: 90 }, (_, second) => second));
  expect(await topic.wait(20)).toEqual(['through', 95]);
});

it('gives up when nothing comes for as long as patience allows', async () => {
  const topic = new Topic().heartbeat(0, -8, -8).readings(1, 1, 2, 3);
  expect(await topic.wait(20)).toEqual(['not through', 23]);
});

it('does not wait for the heartbeats of a bridge that sends none', async () => {
  const topic = new Topic().readings(0, -3, -2, 1, 2).heartbeat(0, -4000, -4000);
  expect(await topic.wait()).toEqual(['no heartbeats', 0]);
});
