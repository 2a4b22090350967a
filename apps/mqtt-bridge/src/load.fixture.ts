import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@navora/testing';
import type { MqttClient } from 'mqtt';
import { expect } from 'vitest';
import type { TestStack } from './test-stack.fixture.js';

const VEHICLES = 20;
const FIRST_TIME = 1_763_800_000_000;
const TICK_MS = 10;

/** Vehicles that number their readings by their times, at a steady rate. */
export class Load {
  sent = 0;
  /** Numbers of the readings the broker has acknowledged. */
  readonly acknowledged = new Set<number>();
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly stack: TestStack,
    private readonly client: MqttClient,
    private readonly perSecond: number,
  ) {
    stack.onDispose(async () => this.halt());
  }

  start(): void {
    this.running = this.send();
  }

  /** Resolves when the broker has acknowledged everything. */
  async stop(): Promise<void> {
    this.halt();
    await this.running;
    await eventually(
      'every reading acknowledged to its vehicle',
      () => this.acknowledged.size === this.sent,
      {
        withinMs: 60_000,
      },
    );
  }

  /** Sends no more, and waits for nothing. */
  halt(): void {
    this.stopped = true;
  }

  private async send(): Promise<void> {
    const start = performance.now();
    while (!this.stopped) {
      const due = (this.perSecond * (performance.now() - start)) / 1000;
      while (this.sent < due) this.publish(this.sent++);
      await pause(TICK_MS);
    }
  }

  private publish(number: number): void {
    const topic = this.stack.mqttTopicOf(`truck-${number % VEHICLES}`);
    this.client.publish(topic, JSON.stringify({ recordedAt: FIRST_TIME + number }), { qos: 1 }, (error) => {
      if (!error) this.acknowledged.add(number);
    });
  }
}

/** The numbers that stand in Kafka, each vehicle's first occurrences in their order. */
export async function arrivedOf(stack: TestStack): Promise<Map<string, number[]>> {
  const arrived = new Map<string, Set<number>>();
  for (const { vehicleId, recordedAt } of await stack.decoded()) {
    let numbers = arrived.get(vehicleId);
    if (!numbers) arrived.set(vehicleId, (numbers = new Set()));
    numbers.add(recordedAt - FIRST_TIME);
  }
  return new Map([...arrived].map(([vehicleId, numbers]) => [vehicleId, [...numbers]]));
}

/** Waits as long as more arrives; then everything acknowledged must be there, and in order. */
export async function expectAllInOrder(stack: TestStack, load: Load): Promise<void> {
  const there = async () => new Set([...(await arrivedOf(stack)).values()].flat());
  let seen = -1;
  let numbers = await there();
  while (numbers.size < load.acknowledged.size) {
    expect(stack.written.length, 'I9: nothing more arrives, though readings are missing').toBeGreaterThan(
      seen,
    );
    seen = stack.written.length;
    await eventually('more records', () => stack.written.length > seen, { withinMs: 40_000 }).catch(
      () => undefined,
    );
    numbers = await there();
  }
  expect(
    [...load.acknowledged].filter((number) => !numbers.has(number)),
    'I1: lost',
  ).toEqual([]);
  expectOrder(await arrivedOf(stack));
}

export function expectOrder(arrived: Map<string, number[]>): void {
  for (const [vehicleId, numbers] of arrived) {
    const sorted = [...numbers].sort((a, b) => a - b);
    const at = numbers.findIndex((number, i) => number !== sorted[i]);
    expect(at === -1 ? 'in order' : `${numbers.slice(Math.max(0, at - 2), at + 3)}`, `I4: ${vehicleId}`).toBe(
      'in order',
    );
  }
}
