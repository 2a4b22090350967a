import type { ProduceLane } from '@navora/kafka';
import type { Judge } from '@navora/rules';
import {
  HEARTBEAT_HEADER,
  heartbeatHeader,
  TOPICS,
  type Heartbeat,
  type Reading,
  type RecordEncoder,
  type Signal,
} from '@navora/schemas';
import type { Stored } from './reading-store.js';

/** The reading judged: the same signal whichever delivery of the reading caused it. */
export function signalOf(reading: Reading, stored: Stored, judge: Judge): Signal {
  return {
    vehicleId: reading.vehicleId,
    recordedAt: reading.recordedAt,
    messageId: reading.messageId,
    receivedAt: stored.receivedAt,
    origin: stored.origin,
    clockSuspect: stored.clockSuspect,
    ruleVersion: judge.version,
    ...(stored.clockSuspect
      ? { verdicts: [], off: [], silences: judge.silencesOf(reading.vehicleId) }
      : judge.judge(reading)),
  };
}

export class Signals {
  constructor(
    private readonly lane: ProduceLane,
    private readonly encoder: RecordEncoder<typeof TOPICS.signals>,
    private readonly topic: string = TOPICS.signals,
  ) {}

  encode(signal: Signal): Buffer {
    return this.encoder.encode(signal);
  }

  /** Says in a partition that all that came before the heartbeat is signalled; resolves once Kafka has it. */
  pass(partition: number, heartbeat: Heartbeat): Promise<void> {
    const headers = { [HEARTBEAT_HEADER]: heartbeatHeader(heartbeat) };
    const record = { topic: this.topic, key: null, value: null, partition, headers };
    return this.lane.produced({ ...record, timestamp: Date.now() });
  }

  /** Hands the signal over, in order; resolves once Kafka has it. */
  publish(vehicleId: string, signal: Buffer, headers?: Record<string, string>): Promise<void> {
    const record = { topic: this.topic, key: vehicleId, value: signal, headers };
    return this.lane.produced({ ...record, timestamp: Date.now() });
  }
}
