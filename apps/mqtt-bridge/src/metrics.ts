import type { LaneWatcher } from '@navora/kafka';
import { gauge } from '@navora/runtime';
import { DEAD_LETTER_REASONS, type DeadLetterReason } from '@navora/schemas';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { SHORTFALLS } from './mqtt-grants.js';

/** Read when Prometheus asks. */
export interface Levels {
  window(): number;
  unacknowledged(): number;
  connected(): boolean;
}

const SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60];

export type BridgeMetrics = ReturnType<typeof createBridgeMetrics>;

export function createBridgeMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Counter({ name: `navora_bridge_${name}_total`, help, labelNames, registers });
  const histogram = (name: string, help: string, buckets = SECONDS) =>
    new Histogram({ name: `navora_bridge_${name}`, help, buckets, registers });
  const deadLetters = counter('dead_letters', 'Messages given up, by reason', ['reason']);
  const grantedLess = counter('granted_less', 'Times the broker granted less than was asked for', ['what']);
  // From the beginning: an alert on an increase misses the first of what was not there before.
  for (const reason of DEAD_LETTER_REASONS) deadLetters.inc({ reason }, 0);
  for (const what of SHORTFALLS) grantedLess.inc({ what }, 0);
  const acknowledged = counter('acknowledged_messages', 'PUBACKs sent, each after Kafka had the record');
  const toAcknowledged = histogram(
    'received_to_acknowledged_seconds',
    'From the receipt of a message until its PUBACK left',
  );
  const toKafka = histogram(
    'received_to_kafka_seconds',
    'From the receipt of a message until Kafka had acknowledged its record',
  );
  return {
    received: counter('received_messages', 'Messages that came from the broker'),
    redelivered: counter(
      'redelivered_messages',
      'Messages the broker flagged DUP: it had sent them before, and they were not acknowledged',
    ),
    forwarded: counter('forwarded_readings', 'Readings handed to Kafka'),
    unverified: counter(
      'unverified_readings',
      'Readings forwarded under their topic’s vehicle, their schema not known yet',
    ),
    deadLettered: (reason: DeadLetterReason) => deadLetters.inc({ reason }),
    inKafka: (afterMs: number) => toKafka.observe(Math.max(0, afterMs) / 1000),
    acknowledged(afterMs: number): void {
      acknowledged.inc();
      toAcknowledged.observe(Math.max(0, afterMs) / 1000);
    },
    expiring: counter(
      'expiring_messages',
      'Messages with a Message Expiry: the broker drops such while the bridge is away',
    ),
    reconnects: counter('reconnects', 'Connections to the broker after the first'),
    takeOvers: counter('take_overs', 'Connections taken over by another client with our client id'),
    grantedLess,
    heartbeats: counter(
      'heartbeats',
      'Heartbeats that came back from the broker and stand in every partition',
    ),
    heartbeatsRefused: counter(
      'heartbeats_refused',
      'Connections on which the broker refused heartbeats: rules about silence raise nothing',
    ),
    brokerDropped: new Gauge({
      name: 'navora_bridge_broker_dropped_messages',
      help: 'What the broker says it has dropped since its start, for all its clients: any growth may be a loss',
      registers,
    }),
    requests: requestWatcher(counter, histogram),
    watch(levels: Levels): void {
      const level = (name: string, help: string, read: () => number) =>
        gauge(registry, `navora_bridge_${name}`, help, read);
      level('window_messages', 'Messages of this connection that are not acknowledged yet', levels.window);
      level('lane_records', 'Records handed to Kafka and not acknowledged yet', levels.unacknowledged);
      level('connected', '1 while subscribed at the broker', () => Number(levels.connected()));
    },
  };
}

function requestWatcher(
  counter: (name: string, help: string) => Counter,
  histogram: (name: string, help: string, buckets?: number[]) => Histogram,
): Required<LaneWatcher> {
  const records = histogram(
    'request_records',
    'Records in one request to Kafka',
    [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
  );
  const seconds = histogram('request_seconds', 'Duration of a request to Kafka, with all that were repeated');
  const failures = counter('request_failures', 'Requests to Kafka that failed and were repeated');
  return {
    acknowledged(count, tookMs) {
      records.observe(count);
      seconds.observe(tookMs / 1000);
    },
    failed: () => failures.inc(),
  };
}
