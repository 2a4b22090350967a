import { createLogger } from '@navora/runtime';
import fc from 'fast-check';
import type { ProducerBatch, RecordMetadata } from 'kafkajs';
import { describe, expect, it, vi } from 'vitest';
import { partitionOf } from './murmur2.js';
import { ProduceLane, type OutgoingRecord, type Sender } from './produce-lane.js';

/** Kafka, as the lane sees it: each request waits until the test answers it. */
class SlowKafka {
  readonly requests: ProducerBatch[] = [];
  private readonly answers: PromiseWithAnswer[] = [];

  readonly sender: Sender = {
    send: () => Promise.reject(new Error('the lane sends batches')),
    sendBatch: (batch) => {
      this.requests.push(batch);
      return new Promise((resolve, reject) => this.answers.push({ resolve, reject }));
    },
  };

  get open(): number {
    return this.answers.length;
  }

  async answer(errorCode = 0): Promise<void> {
    await this.arrived();
    this.answers.shift()?.resolve([{ topicName: 'readings', partition: 0, errorCode }]);
    await turn();
  }

  async fail(message: string): Promise<void> {
    await this.arrived();
    this.answers.shift()?.reject(new Error(message));
    await turn();
  }

  /** The values of each request, in order. */
  get sent(): string[][] {
    return this.requests.map(valuesOf);
  }

  private arrived = () => vi.waitFor(() => expect(this.open).toBeGreaterThan(0), { interval: 1 });
}

interface PromiseWithAnswer {
  resolve: (answer: RecordMetadata[]) => void;
  reject: (error: Error) => void;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const valuesOf = (batch: ProducerBatch) =>
  (batch.topicMessages ?? []).flatMap(({ messages }) => messages.map(({ value }) => String(value)));
const aRecord = (value: string, over: Partial<OutgoingRecord> = {}): OutgoingRecord => ({
  topic: 'readings',
  key: 'truck-17',
  value: Buffer.from(value),
  timestamp: 1000,
  ...over,
});

function aLane(maxRequestBytes = 1_000_000) {
  const kafka = new SlowKafka();
  const lane = new ProduceLane(kafka.sender, {
    partitions: { readings: 16, letters: 4 },
    maxRequestBytes,
    log: createLogger('test', 'silent'),
  });
  const acknowledged: string[] = [];
  const produce = (...values: string[]) => {
    for (const value of values) lane.produce(aRecord(value), () => acknowledged.push(value));
  };
  return { kafka, lane, acknowledged, produce };
}

describe('ProduceLane', () => {
  it('sends at once what one turn brought, and collects the rest while a request is in flight', async () => {
    const { kafka, lane, acknowledged, produce } = aLane();
    produce('a', 'b');
    await turn();
    produce('c');
    produce('d');
    await turn();
    expect(kafka.sent).toEqual([['a', 'b']]);
    expect(lane.unacknowledged).toBe(4);
    await kafka.answer();
    expect(acknowledged).toEqual(['a', 'b']);
    expect(kafka.sent).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    await kafka.answer();
    expect(acknowledged).toEqual(['a', 'b', 'c', 'd']);
    expect(lane.unacknowledged).toBe(0);
  });

  it('asks for all in-sync replicas, and puts a key where the default partitioner would', async () => {
    const { kafka, produce } = aLane();
    produce('a');
    await turn();
    expect(kafka.requests[0]?.acks).toBe(-1);
    expect(kafka.requests[0]?.topicMessages?.[0]?.messages[0]).toMatchObject({
      key: 'truck-17',
      partition: partitionOf('truck-17', 16),
      timestamp: '1000',
    });
  });

  it('repeats a failed request as it was, before anything later, and says so', async () => {
    const { kafka, lane, acknowledged, produce } = aLane();
    produce('a');
    await turn();
    produce('b');
    await kafka.fail('connection lost');
    expect(lane.healthy).toBe(false);
    await kafka.answer(6);
    await kafka.answer();
    expect(kafka.sent).toEqual([['a'], ['a'], ['a'], ['b']]);
    expect(acknowledged).toEqual(['a']);
    expect(lane.healthy).toBe(true);
    await kafka.answer();
    expect(acknowledged).toEqual(['a', 'b']);
  });

  it('keeps a request below its size, keys and headers counted; a larger record goes alone', async () => {
    const { kafka, lane } = aLane(1000);
    const sizes = [300, 300, 5000, 300];
    for (const size of sizes) lane.produce(aRecord('x'.repeat(size)), () => undefined);
    const headers = { traceparent: 'h'.repeat(600) };
    for (const value of ['y', 'z']) lane.produce(aRecord(value, { headers }), () => undefined);
    for (let i = 0; i < 5; i++) await kafka.answer();
    expect(kafka.requests.map((request) => valuesOf(request).map((value) => value.length))).toEqual([
      [300, 300],
      [5000],
      [300],
      [1],
      [1],
    ]);
    expect(lane.unacknowledged).toBe(0);
  });

  it('is drained once everything is acknowledged', async () => {
    const { kafka, lane, acknowledged, produce } = aLane();
    await lane.drained();
    produce('a');
    await turn();
    produce('b');
    const drained = lane.drained().then(() => [...acknowledged]);
    await kafka.answer();
    await kafka.answer();
    expect(await drained).toEqual(['a', 'b']);
  });

  it('gives up repeating when it is stopped: what is unacknowledged stays so', async () => {
    const { kafka, lane, acknowledged, produce } = aLane();
    produce('a');
    await turn();
    lane.stop();
    await kafka.fail('connection lost');
    produce('b');
    await turn();
    expect(kafka.sent).toEqual([['a']]);
    expect(acknowledged).toEqual([]);
    expect(lane.unacknowledged).toBe(2);
  });

  it('acknowledges everything once, in order, one request at a time, however requests and records interleave', async () => {
    const steps = fc.array(fc.constantFrom('produce', 'answer', 'turn'), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const { kafka, lane, acknowledged, produce } = aLane(200);
        let count = 0;
        for (const step of plan) {
          if (step === 'produce') produce(String(count++));
          else if (step === 'turn') await turn();
          else if (kafka.open > 0) await kafka.answer();
          expect(kafka.open).toBeLessThanOrEqual(1);
        }
        while (lane.unacknowledged > 0) await kafka.answer();
        const inOrder = Array.from({ length: count }, (_, i) => String(i));
        expect(acknowledged).toEqual(inOrder);
        expect(kafka.sent.flat()).toEqual(inOrder);
      }),
      { numRuns: 50 },
    );
  });
});
