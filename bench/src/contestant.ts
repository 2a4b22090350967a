import type { Reading } from '@navora/schemas';
import type { Guarantees } from './guarantees.js';

/** Leg a: from a waiting MQTT session to Kafka. */
export interface IntakeJob {
  mqttUrl: string;
  /** Of the persistent session in which the messages wait; it is subscribed to the topic already. */
  clientId: string;
  /** With `{vehicleId}` as one whole level. */
  mqttTopic: string;
  receiveMaximum: number;
  kafkaBrokers: string[];
  /** Has 16 partitions; records are keyed by vehicle id, acks=all. Kafka stamps the records itself. */
  kafkaTopic: string;
  deadLettersTopic: string;
  registryUrl: string;
  /** Logs and files of this side go there; it exists, and is this run's alone. */
  folder: string;
  /** Settings by which a service of ours shows who it is, on a stack with TLS. */
  identity?: Record<string, string>;
}

/** Leg b: from records that wait in Kafka to rows in Cassandra. */
export interface StorageJob {
  kafkaBrokers: string[];
  /** Has 16 partitions; values are Avro in the Confluent wire format. */
  kafkaTopic: string;
  signalsTopic: string;
  deadLettersTopic: string;
  /** Has committed nothing yet: start at the earliest record. */
  groupId: string;
  contactPoints: string[];
  cassandraPort: number;
  datacenter: string;
  /** Has Navora's tables; each side makes what else it needs there. */
  keyspace: string;
  registryUrl: string;
  signals: boolean;
  folder: string;
  identity?: Record<string, string>;
}

/** Leg c: the whole way, live. */
export interface WholeWayJob {
  intake: IntakeJob;
  storage: StorageJob;
}

/** A side at work. */
export interface AtWork {
  /** All processes of this side, by what they are, so that their processor time and memory are seen. */
  pids: Record<string, number>;
  /** Tells, in its own words, that it has ended by itself: nobody waits for it then. */
  ended?: Promise<string>;
  stop(): Promise<void>;
}

/**
 * One way of doing a leg, measured beside others. It is a process of its own, or several, so that its costs are its
 * own; whoever runs it decides when the work is done, by looking at Kafka or Cassandra.
 */
export interface Contestant<Job> {
  /** Lower-case words with `-`: also in names of topics and files. */
  name: string;
  guarantees: Guarantees;
  /** What is slow is measured on less: the part of the leg's readings that it is given, 1 unless said. */
  portion?: number;
  /** It publishes no signals, so it is left out where all must. */
  withoutSignals?: boolean;
  /** Where its rows go, if not into Navora's `readings`. */
  table?: RowsElsewhere;
  /** Why it cannot run on this machine, or undefined when it can (Go is missing, …). Builds what it needs. */
  prepare?(): Promise<string | undefined>;
  /** Of leg a: in how many sessions the messages wait, those of each vehicle in one; 1 unless said. */
  sessions?: number;
  /** Of leg a: the body a vehicle sent, where a record's value is not just that. */
  bodyIn?(value: Buffer): Buffer | undefined;
  /**
   * Resolves once all its processes run; they may begin at once. Its start is not measured: the clock runs from the
   * first record that arrives to the last. @throws with its own words when it ends instead.
   */
  start(job: Job): Promise<AtWork>;
}

/** A table of another layout, with the columns that identify a reading. */
export interface RowsElsewhere {
  name: string;
  vehicleId: string;
  recordedAt: string;
  messageId: string;
  sequence: string;
  speedKph: string;
  /** The whole primary key of a reading, by column. */
  keyOf(reading: Reading): Record<string, unknown>;
}
