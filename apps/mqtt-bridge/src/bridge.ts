import { setTimeout as pause } from 'node:timers/promises';
import { ProduceLane, type Sender } from '@navora/kafka';
import type { Logger } from '@navora/runtime';
import { TracedLog, type Tracing } from '@navora/tracing';
import {
  type DeadLetter,
  type Reading,
  ReadingCodec,
  type SchemaSource,
  TOPIC_LAYOUT,
  TOPICS,
} from '@navora/schemas';
import { Heartbeats } from './heartbeats.js';
import { Intake } from './intake.js';
import { Journey } from './journey.js';
import type { BridgeMetrics } from './metrics.js';
import { SchemaLearner } from './schema-learner.js';
import { Subscriber, type SubscriberParts } from './subscriber.js';
import type { VehicleTopic } from './vehicle-topic.js';

/** Writes the values of one topic: a `RecordEncoder`. */
export interface Encoder<T> {
  readonly schemaId: number;
  encode(value: T): Buffer;
}

export interface BridgeParts {
  vehicleTopic: VehicleTopic;
  settings: Omit<SubscriberParts['settings'], 'filter'>;
  openSocket: SubscriberParts['openSocket'];
  password?: SubscriberParts['password'];
  sender: Sender;
  schemas: SchemaSource;
  readingEncoder: Encoder<Reading>;
  deadLetterEncoder: Encoder<DeadLetter>;
  metrics: BridgeMetrics;
  log: Logger;
  tracing?: Pick<Tracing, 'arrives'>;
  /** Tests write to topics of their own. */
  topics?: Pick<typeof TOPICS, 'readings' | 'deadLetters'> | { readings: string; deadLetters: string };
}

/** Below the 1 MiB that Kafka's topics take by default, for all that a request holds for one partition. */
const MAX_REQUEST_BYTES = 900 * 1024;
const MIN_REQUEST_INTERVAL_MS = 20;
const MAX_INTAKE_BYTES = 64 * 1024 * 1024;
/** A frozen Kafka fails no request until it times out, but this shows it. */
const STALLED_MS = 10_000;

/** MQTT on one side, Kafka on the other, and between them each message's journey. */
export class Bridge {
  private readonly lanes: { readings: ProduceLane; deadLetters: ProduceLane };
  private readonly intake: Intake;
  private readonly subscriber: Subscriber;

  constructor(parts: BridgeParts) {
    const { vehicleTopic, metrics, log, topics = TOPICS, readingEncoder, deadLetterEncoder } = parts;
    const laneTo = (topic: string, { partitions }: { partitions: number }) =>
      new ProduceLane(parts.sender, {
        partitions: { [topic]: partitions },
        maxRequestBytes: MAX_REQUEST_BYTES,
        minIntervalMs: MIN_REQUEST_INTERVAL_MS,
        log,
        watcher: metrics.requests,
      });
    this.lanes = {
      readings: laneTo(topics.readings, TOPIC_LAYOUT[TOPICS.readings]),
      deadLetters: laneTo(topics.deadLetters, TOPIC_LAYOUT[TOPICS.deadLetters]),
    };
    // What one connection brought may still be on its way when the next delivers it again.
    const intake = (this.intake = new Intake({
      messages: 2 * parts.settings.receiveMaximum,
      bytes: MAX_INTAKE_BYTES,
    }));
    const codec = new ReadingCodec(parts.schemas);
    const learner = new SchemaLearner(codec, log);
    learner.learnSoon(readingEncoder.schemaId);
    const journey = new Journey({
      vehicleTopic,
      codec,
      learner,
      readings: { topic: topics.readings, encode: (reading) => readingEncoder.encode(reading) },
      deadLetters: { topic: topics.deadLetters, encode: (letter) => deadLetterEncoder.encode(letter) },
      readingsLane: this.lanes.readings,
      deadLettersLane: this.lanes.deadLetters,
      intake,
      metrics,
      tracing: parts.tracing,
      tracedLog: new TracedLog(log),
    });
    this.subscriber = new Subscriber({
      settings: { ...parts.settings, filter: vehicleTopic.filter },
      openSocket: parts.openSocket,
      password: parts.password,
      intake,
      metrics,
      log,
      received: (packet, window) => journey.begin(packet, window),
      heartbeats: () =>
        new Heartbeats({
          readings: { topic: topics.readings, partitions: TOPIC_LAYOUT[TOPICS.readings].partitions },
          readingsLane: this.lanes.readings,
          onPassed: () => metrics.heartbeats.inc(),
        }),
    });
    metrics.watch({
      window: () => this.subscriber.windowSize,
      unacknowledged: () => this.unacknowledged,
      connected: () => this.subscriber.isSubscribed,
    });
  }

  get unacknowledged(): number {
    return this.lanes.readings.unacknowledged + this.lanes.deadLetters.unacknowledged;
  }

  start(): void {
    this.subscriber.start();
  }

  /** Where it is set to retire: resolves when Kafka has all that the broker kept for it, and the session is over. */
  get retired(): Promise<void> {
    return this.subscriber.retired;
  }

  notReadyBecause(): string[] {
    const because: string[] = [];
    if (!this.subscriber.isSubscribed) because.push('not subscribed at the MQTT broker');
    if (!this.lanes.readings.healthy) because.push('Kafka does not take readings');
    if (!this.lanes.deadLetters.healthy) because.push('Kafka does not take dead letters');
    const stalledMs = this.intake.stalledMs(Date.now());
    if (stalledMs > STALLED_MS)
      because.push(`Kafka has acknowledged nothing for ${Math.round(stalledMs / 1000)} s`);
    return because;
  }

  /**
   * Takes no more messages, waits for Kafka to acknowledge those on their way, sends their PUBACKs and leaves.
   * What Kafka has not taken within the time stays with the broker.
   */
  async stop(withinMs: number): Promise<void> {
    this.subscriber.stopTaking();
    const { readings, deadLetters } = this.lanes;
    const drained = Promise.all([readings.drained(), deadLetters.drained()]);
    const timeIsUp = new AbortController();
    await Promise.race([
      drained,
      pause(withinMs, undefined, { signal: timeIsUp.signal }).catch(() => undefined),
    ]);
    timeIsUp.abort();
    readings.stop();
    deadLetters.stop();
    await this.subscriber.stop();
  }
}
