import type { Rule } from './rules.js';

/** Why a message was given up; the list is closed. */
export const DEAD_LETTER_REASONS = [
  'invalid-topic',
  'empty-body',
  'body-too-large',
  'malformed-body',
  'unknown-schema',
  'wrong-schema',
  'vehicle-mismatch',
  'beyond-retention',
  'conflicting-reading',
  'refused-by-store',
  'processing-error',
] as const;
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

export type Value = number | boolean | string;

/**
 * Everything a reading measured as one flat map: fields by their names (`location.latitude`), what the schema
 * has no field for by its flattened name, nothing for what is absent. Never holds identity or time.
 */
export type Content = ReadonlyMap<string, Value>;

export interface BodyReading {
  readonly vehicleId: string;
  readonly messageId: string;
  /** ms since 1970 */
  readonly recordedAt: number;
  readonly content: Content;
}

/** What the auditor itself makes of a body. */
export type Judged =
  { readonly reading: BodyReading } | { readonly bad: DeadLetterReason; readonly detail: string };

/** One distinct body a vehicle sent, however often and in however many runs. */
export interface Sent {
  readonly vehicleId: string;
  readonly messageId: string;
  readonly topic: string;
  readonly digest: string;
  /** The id its dead letter would have, were it given up before Kafka. */
  readonly deadLetterId: string;
  readonly judged: Judged;
  /** The run that sent it first, its place there and when (ms since 1970). */
  run: number;
  order: number;
  firstSentAt: number;
  acknowledgedAt?: number;
}

export interface History {
  readonly vehicles: ReadonlySet<string>;
  readonly sent: readonly Sent[];
  /** ms since 1970: what came before the first run is nobody's to vouch for. */
  readonly startedAt: number;
}

export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** One record of the readings topic. */
export interface ReadingRecord extends Place {
  readonly key: string;
  /** ms since 1970: when the bridge received it */
  readonly timestamp: number;
  readonly digest: string;
  /** Stands for the names and bytes of its headers. */
  readonly headers: string;
  readonly judged: Judged;
  /** The dead letter it was sent again for, as its header says. */
  readonly redrives?: string;
}

export interface DeadLetter extends Place {
  readonly id: string;
  readonly reason: string;
  readonly service: string;
  readonly deadLetteredAt: number;
  readonly vehicleId?: string;
  readonly mqttTopic?: string;
  /** The record given up, when a consumer did. */
  readonly of?: Place;
  /** The key of the record given up; a message has none. */
  readonly originalKey?: string;
  readonly digest: string;
  readonly headers: string;
  /** The id it should have by its own origin and bytes. */
  readonly rightId: string;
  readonly judged: Judged;
}

export interface Verdict {
  readonly rule: string;
  readonly outcome: string;
  readonly value: number;
}

export interface SignalRecord extends Place {
  readonly key: string;
  readonly vehicleId: string;
  readonly messageId: string;
  readonly recordedAt: number;
  readonly receivedAt: number;
  /** ms since 1970: when it was published, by the clock of its publisher */
  readonly sentAt: number;
  readonly origin: Place;
  readonly clockSuspect: boolean;
  readonly verdicts: readonly Verdict[];
  /** Rules that are switched off for the vehicle; none, unless said. */
  readonly off?: readonly string[];
}

export interface Row extends BodyReading {
  readonly shard: number;
  /** ms since 1970 */
  readonly bucket: number;
  readonly clockSuspect: boolean;
  readonly receivedAt: number;
  readonly origin: Place;
  /** ms since 1970: the earliest and the latest write time of its cells. */
  readonly writtenAt: Span;
}

/** ms since 1970, both ends included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface AlertRow {
  readonly vehicleId: string;
  readonly id: string;
  readonly rule: string;
  readonly severity?: string;
  readonly status: string;
  readonly late: boolean;
  readonly measurement: string;
  readonly value?: number;
  readonly openedAt: number;
  readonly openedBy: string;
  readonly clearedAt?: number;
  readonly clearedBy?: string;
  readonly clearedValue?: number;
  readonly reopenedAt?: number;
  readonly reopenedBy?: string;
  readonly reopenedValue?: number;
}

export interface AlertHistoryRow {
  readonly vehicleId: string;
  readonly alertId: string;
  readonly transition: string;
  readonly at: number;
  readonly value?: number;
  readonly messageId: string;
}

/** A row of a view, with the partition it stands in: the day as `YYYY-MM-DD`, or the bucket's number. */
export interface AlertViewRow extends AlertRow {
  readonly partition: string;
}

/**
 * A heartbeat of the bridge in the signals topic, in ms since 1970: all that was received until `upTo` is signalled
 * before it, and the bridge has heard all there was since `since`.
 */
export interface Pulse {
  readonly offset: bigint;
  readonly since: number;
  readonly upTo: number;
}

/** How far a consumer group is behind in one topic. */
export interface Lag {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly committed: bigint;
  readonly end: bigint;
}

/** One commit of a consumer group, as the broker noted it. */
export interface Commit {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** Absent when the broker forgot the group's offset. */
  readonly offset?: bigint;
  /** ms since 1970 */
  readonly at: number;
}

/** Something that was done to the system on purpose. */
export interface Fault extends Span {
  /** As in the list of faults: `P12`. */
  readonly code: string;
  readonly what: string;
}

/** A vehicle that was erased on request. Times are ms since 1970. */
export interface Erasure {
  /** What was received up to then is erased. */
  readonly erasedAt: number;
  /** Nothing of it was left by then; absent while the erasure goes on, and when it was done while we read. */
  readonly completedAt?: number;
}

export interface Settings {
  readonly readingsTopic: string;
  readonly signalsTopic: string;
  /** With `{vehicleId}` in it. */
  readonly mqttTopicPattern: string;
  readonly clockSuspectMs: number;
  readonly retentionMs: number;
  readonly shardCount: number;
  readonly bucketMs: number;
}

/** What is true of the whole audit, whichever vehicles are looked at. */
export interface Circumstances {
  /** The readings topic, by partition: first offset kept, first offset after the audited part, committed. */
  readonly starts: ReadonlyMap<number, bigint>;
  readonly ends: ReadonlyMap<number, bigint>;
  readonly committed: ReadonlyMap<number, bigint>;
  /** ms since 1970: when `ends` were taken. What came later is not judged. */
  readonly cutAt: number;
  /** Readings sent within are judged. */
  readonly range: Span;
  /** ms since 1970: what Kafka surely still has; it dropped older records. -Infinity when it dropped none. */
  readonly keptSince: { readonly readings: number; readonly signals: number; readonly deadLetters: number };
  /** In the order of the commits; absent when they could not be read. */
  readonly commits?: readonly Commit[];
  readonly resetsAllowed: boolean;
  /** What is left to do for the consumer groups; empty when quiet. */
  readonly lags: readonly Lag[];
  /** Whether the audit waited for quiet: then lag left over is a broken promise, else only a fact. */
  readonly waited: boolean;
  /** Whether the bridge had written all that was acknowledged to the vehicles when the topics were read. */
  readonly bridge: 'through' | 'not through' | 'no heartbeats' | 'not waited for';
  readonly faults: readonly Fault[];
  /** By partition of the signals topic, in its order. */
  readonly pulses: ReadonlyMap<number, readonly Pulse[]>;
  readonly rules: readonly Rule[];
  /** By vehicle. */
  readonly erasures: ReadonlyMap<string, Erasure>;
  readonly settings: Settings;
}

/** All that was found, of some vehicles of the history; whatever is judged is judged from this alone. */
export interface Evidence extends Circumstances {
  readonly history: History;
  /** What a tap between broker and bridge saw, as `topic digest`; absent without a tap. */
  readonly received?: ReadonlySet<string>;
  /** In each partition's order. */
  readonly records: readonly ReadingRecord[];
  /** Records that came while the tables were read: what they did may show there or not. */
  readonly later: readonly ReadingRecord[];
  readonly deadLetters: readonly DeadLetter[];
  readonly signals: readonly SignalRecord[];
  readonly rows: readonly Row[];
  readonly latest: ReadonlyMap<string, BodyReading>;
  readonly alerts: readonly AlertRow[];
  readonly alertHistory: readonly AlertHistoryRow[];
  readonly alertsByDay: readonly AlertViewRow[];
  readonly openAlerts: readonly AlertViewRow[];
}
