import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type DeadLetter,
  deadLetterIdOfMqtt,
  frameAvro,
  readingType,
  SCHEMA_OF_TOPIC,
  TOPICS,
  WIRE_PREFIX_BYTES,
} from '@navora/schemas';
import { eventually } from '@navora/testing';
import type { MqttClient } from 'mqtt';
import { HostileBodies, type HostileMessage } from './hostile-bodies.fixture.js';
import { aReading } from './journey.fixture.js';
import { BridgeProcess } from './running-bridge.fixture.js';
import type { TestStack } from './test-stack.fixture.js';

export interface SoakPlan {
  seed: number;
  hostileBodies: number;
  hostilePerSecond: number;
  goodPerSecond: number;
  /** How long the good vehicles send alone, before and after, for comparison. */
  quietMs: number;
}

export interface SoakReport {
  quietP99Ms: number;
  soakP99Ms: number;
  goodSent: number;
  goodArrived: number;
  /** Samples from the first hostile body to the last. */
  rssBytes: number[];
  /** Messages whose fate was another than theirs, some of them. */
  wrong: string[];
  buried: number;
  unverified: number;
  soakSeconds: number;
}

const TICK_MS = 5;
const LOWER_PRIORITY = 5;

/** Good vehicles, which know how long their readings took to be seen in Kafka. */
class GoodVehicles {
  readonly latenciesMs: number[] = [];
  private readonly publishedAt = new Map<number, number>();
  private stopped = false;
  sent = 0;

  constructor(
    private readonly client: MqttClient,
    private readonly topicOf: (vehicle: string) => string,
    private readonly perSecond: number,
  ) {}

  async send(): Promise<void> {
    const start = performance.now();
    while (!this.stopped) {
      const due = (this.perSecond * (performance.now() - start)) / 1000;
      while (this.sent < due) this.publish(++this.sent);
      await pause(TICK_MS);
    }
  }

  stop(): void {
    this.stopped = true;
  }

  get missing(): number {
    return this.publishedAt.size;
  }

  /** A record stands in Kafka, visible to all. A second occurrence is no news. */
  seen(number: number): void {
    const publishedAt = this.publishedAt.get(number);
    if (publishedAt === undefined) return;
    this.publishedAt.delete(number);
    this.latenciesMs.push(performance.now() - publishedAt);
  }

  private publish(number: number): void {
    this.publishedAt.set(number, performance.now());
    const body = JSON.stringify({ recordedAt: 1_763_800_000_000, sequence: number, speedKph: 80 });
    this.client.publish(this.topicOf(`good-${number % 100}`), body, { qos: 1 });
  }
}

/** Hostile bodies beside good vehicles, through the real broker and a bridge in its own process. */
export async function soak(stack: TestStack, plan: SoakPlan): Promise<SoakReport> {
  const schemaId = await stack.schemaIdOf(TOPICS.readings);
  const avro = frameAvro(schemaId, readingType, aReading({ vehicleId: 'another', extras: {} }));
  const bridge = await BridgeProcess.start(stack, stack.mqttUrl);
  await eventually('the bridge at work', () => bridge.events('mqtt_subscribed').length > 0);

  const good = new GoodVehicles(
    await stack.connectVehicles(),
    (v) => stack.mqttTopicOf(v),
    plan.goodPerSecond,
  );
  const unverified = new Set<string>();
  await stack.watch(stack.topics.readings, ({ key, value }) => {
    if (key?.startsWith('good-')) good.seen(sequenceOf(value));
    else unverified.add(deadLetterIdOfMqtt(stack.mqttTopicOf(key ?? ''), value));
  });
  const sending = good.send();
  // Compilers and caches warm up before anything is measured.
  await eventually('some readings in Kafka', () => good.latenciesMs.length > 2 * plan.goodPerSecond);
  good.latenciesMs.length = 0;
  await pause(plan.quietMs);
  const quiet = good.latenciesMs.splice(0);

  const rssBytes: number[] = [];
  const sampling = setInterval(() => rssBytes.push(bridge.rssBytes), 250);
  const begun = performance.now();
  const acknowledged = await sendHostile(stack, plan, avro).finally(() => clearInterval(sampling));
  const soakSeconds = (performance.now() - begun) / 1000;
  const loaded = good.latenciesMs.splice(0);
  await eventually(
    'the dead letters in Kafka',
    async () => (await bridge.metric('navora_bridge_lane_records')) < 50,
  );
  good.latenciesMs.length = 0;
  await pause(plan.quietMs);
  quiet.push(...good.latenciesMs.splice(0));
  good.stop();
  await sending;
  await eventually('every good reading in Kafka', () => good.missing === 0, { withinMs: 60_000 });
  const handled = plan.hostileBodies + good.sent;
  await eventually(
    'every message acknowledged by the bridge',
    async () => (await bridge.metric('navora_bridge_acknowledged_messages_total')) >= handled,
    { withinMs: 120_000 },
  );
  const fates = await readFates(stack, plan, avro, unverified);
  if ((await bridge.end('SIGTERM')) !== 0) throw new Error('the bridge did not stop properly');
  return {
    ...fates,
    quietP99Ms: p99(quiet),
    soakP99Ms: p99(loaded),
    goodSent: good.sent,
    goodArrived: good.sent - good.missing,
    rssBytes,
    soakSeconds,
    ...(acknowledged === plan.hostileBodies ? {} : { wrong: [`only ${acknowledged} acknowledged`] }),
  };
}

function sendHostile(stack: TestStack, plan: SoakPlan, avro: Buffer): Promise<number> {
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const child = spawn(
    process.execPath,
    [
      '--conditions=@navora/source',
      '--import',
      '@swc-node/register/esm-register',
      here('./hostile-sender.fixture.ts'),
      stack.mqttUrl,
      stack.mqttPattern,
      ...[plan.seed, plan.hostileBodies, plan.hostilePerSecond].map(String),
      avro.toString('base64'),
    ],
    {
      cwd: here('..'),
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...stack.environment, SWC_NODE_PROJECT: here('../../../tsconfig.base.json') },
    },
  );
  stack.onDispose(async () => child.kill('SIGKILL'));
  // On the road hostile devices have processors of their own.
  if (child.pid !== undefined) setPriority(child.pid, LOWER_PRIORITY);
  let answer = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text));
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => {
      if (code === 0) resolve(Number(answer));
      else reject(new Error(`the sender of hostile bodies ended with ${code}`));
    });
  });
}

/** Draws the same bodies again and holds each against what became of it. */
async function readFates(
  stack: TestStack,
  plan: SoakPlan,
  avro: Buffer,
  unverified: Set<string>,
): Promise<Pick<SoakReport, 'wrong' | 'buried' | 'unverified'>> {
  const reasons = await readReasons(stack, plan);
  const hostile = new HostileBodies(plan.seed, { topicOf: (vehicle) => stack.mqttTopicOf(vehicle), avro });
  const wrong: string[] = [];
  const found = { buried: 0, unverified: 0 };
  for (let i = 0; i < plan.hostileBodies; i++) {
    const message = hostile.next();
    const id = deadLetterIdOfMqtt(message.topic, message.body);
    const fate = reasons.get(id) ?? (unverified.has(id) ? 'unverified' : 'lost');
    found[message.fate === 'unverified' ? 'unverified' : 'buried']++;
    if (fate !== message.fate && wrong.length < 20) wrong.push(described(message, i, fate));
  }
  return { wrong, ...found };
}

/** The dead letters by id, read after the soak: decoding them beside it would slow down what is measured. */
async function readReasons(stack: TestStack, plan: SoakPlan): Promise<Map<string, string>> {
  const { type } = SCHEMA_OF_TOPIC[TOPICS.deadLetters];
  const reasons = new Map<string, string>();
  const end = await stack.recordsIn(stack.topics.deadLetters);
  let read = 0;
  await stack.watch(stack.topics.deadLetters, ({ value }) => {
    read++;
    const { id, reason } = type.fromBuffer(value.subarray(WIRE_PREFIX_BYTES)) as DeadLetter;
    reasons.set(id, reason);
  });
  await eventually(`${end} dead letters read`, () => read >= end, {
    withinMs: 60_000 + plan.hostileBodies,
  });
  return reasons;
}

const described = ({ kind, topic, fate }: HostileMessage, i: number, found: string) =>
  `${kind} (${i}th, to ${topic.slice(-40)}): expected ${fate}, found ${found}`;

function sequenceOf(value: Buffer): number {
  return (readingType.fromBuffer(value.subarray(WIRE_PREFIX_BYTES)) as { sequence: number }).sequence;
}

function p99(latenciesMs: number[]): number {
  return latenciesMs.sort((a, b) => a - b)[Math.floor(latenciesMs.length * 0.99)] ?? NaN;
}
