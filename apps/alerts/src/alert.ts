import type { Silence } from '@navora/schemas';
import type { Announcement } from './notice.js';

export type Severity = 'info' | 'warning' | 'critical';

/** What people see: one breach of one rule by one vehicle, from the reading that opened it to the one that cleared it last. */
export interface Alert {
  /** Made from vehicle, rule and opening reading, so whoever opens it, however often, opens the same one. */
  readonly id: string;
  readonly vehicleId: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly measurement: string;
  readonly status: 'open' | 'cleared';
  /** Told by a reading that came after a newer one had been judged: born cleared, it changes no other alert. */
  readonly late: boolean;
  /** At opening. */
  readonly value: number;
  /**
   * `recordedAt` of the reading that opened it, ms since 1970; `openedBy` is its message id. Of an alert about
   * silence: when it had lasted too long by the clock of the bridge, and the last reading before it.
   */
  readonly openedAt: number;
  readonly openedBy: string;
  readonly clearedAt?: number;
  readonly clearedBy?: string;
  readonly clearedValue?: number;
  /** The reading that opened it again, the last time, if one did. */
  readonly reopenedAt?: number;
  readonly reopenedBy?: string;
  readonly reopenedValue?: number;
  /** The rules that judged the opening reading. */
  readonly ruleVersion: string;
}

/**
 * What a rule is under way to, as of the marks: an alert that opens (`open`) or clears (`clear`) when this has
 * lasted, `at` being its first and its last reading; or one that opens when so many breaches came (`count`), `at`
 * being those so far. `late-…`: the same among readings that came after newer ones.
 */
export interface Pending {
  readonly rule: string;
  readonly toward: 'open' | 'count' | 'clear' | 'late-open' | 'late-count';
  /** `recordedAt` of readings, ms since 1970, oldest first. */
  readonly at: readonly number[];
  /** Its alert is recorded; it goes on without making another. */
  readonly told?: true;
}

/** What rules about silence go by: the vehicle's last reading, whatever it said and in whatever order it came. */
export interface LastHeard {
  /** By the clock of the bridge, ms since 1970. */
  readonly receivedAt: number;
  readonly recordedAt: number;
  readonly messageId: string;
  readonly ruleVersion: string;
  readonly silences: readonly Silence[];
  /** Rules whose alert this silence has opened. */
  readonly told: readonly string[];
}

/** How far a vehicle's signals are applied, and what is under way by then. */
export interface Marks {
  /** The highest applied offset in the readings topic; a vehicle lives in one partition of it. */
  readonly originPartition: number;
  readonly originOffset: number;
  /** The highest applied order key (`recordedAt`, `messageId`); null before a signal was judged. */
  readonly recordedAt: number | null;
  readonly messageId: string | null;
  /** Absent when nothing is under way. */
  readonly pending?: readonly Pending[];
  /** Absent when no rule is about silence. */
  readonly heard?: LastHeard;
}

/** The open alerts of a vehicle: at most one of each rule. */
export type OpenAlerts = readonly Alert[];

/** What one signal does to one alert; the alert is as it is afterwards. */
export interface Change {
  readonly transition: 'opened' | 'reopened' | 'cleared' | 'recorded-late';
  readonly alert: Alert;
}

/** An alert that is cleared, and that a breach which begins by then opens again. */
export interface Reopenable {
  readonly alert: Alert;
  /** By the vehicle's time, ms since 1970. */
  readonly until: number;
}

/** All that one signal changes. Its id is the signal's origin, so whoever repeats a transition can tell it is done. */
export interface Transition {
  readonly id: string;
  readonly changes: readonly Change[];
  /** What of it people are told; absent while nobody is told of anything. */
  readonly announcement?: Announcement;
}

/** The window in which no further notification goes to a target; by `rule/channel/audience`. */
export interface Told {
  /** The end of it, by the bridge's clock, ms since 1970. */
  readonly until: number;
  readonly everyMs: number;
  /** The notice that goes out when it ends. */
  readonly waiting?: string;
}

/** A vehicle as of its last transition. Versions count transitions, from 1 on. */
export interface VehicleState {
  readonly version: number;
  readonly marks: Marks;
  readonly open: OpenAlerts;
  /** Absent when there are none. */
  readonly reopenable?: readonly Reopenable[];
  readonly last: Transition;
  /** Open alerts that nobody was told of: the readings that opened them took too long to reach us. */
  readonly unannounced?: readonly string[];
  readonly told?: Readonly<Record<string, Told>>;
  /** Nothing in it comes from readings received up to then: the vehicle was erased, ms since 1970. */
  readonly erasedAt?: number;
}
