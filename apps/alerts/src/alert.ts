export type Severity = 'info' | 'warning' | 'critical';

/** What people see: one breach of one rule by one vehicle, from the reading that opened it to the one that cleared it. */
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
  /** `recordedAt` of the reading that opened it, ms since 1970; `openedBy` is its message id. */
  readonly openedAt: number;
  readonly openedBy: string;
  readonly clearedAt?: number;
  readonly clearedBy?: string;
  readonly clearedValue?: number;
  /** The rules that judged the opening reading. */
  readonly ruleVersion: string;
}

/** How far a vehicle's signals are applied. */
export interface Marks {
  /** The highest applied offset in the readings topic; a vehicle lives in one partition of it. */
  readonly originPartition: number;
  readonly originOffset: number;
  /** The highest applied order key (`recordedAt`, `messageId`); null before a signal was judged. */
  readonly recordedAt: number | null;
  readonly messageId: string | null;
}

/** The open alerts of a vehicle: at most one of each rule. */
export type OpenAlerts = readonly Alert[];

/** What one signal does to one alert; the alert is as it is afterwards. */
export interface Change {
  readonly transition: 'opened' | 'cleared' | 'recorded-late';
  readonly alert: Alert;
}

/** All that one signal changes. Its id is the signal's origin, so whoever repeats a transition can tell it is done. */
export interface Transition {
  readonly id: string;
  readonly changes: readonly Change[];
}

/** A vehicle as of its last transition. Versions count transitions, from 1 on. */
export interface VehicleState {
  readonly version: number;
  readonly marks: Marks;
  readonly open: OpenAlerts;
  readonly last: Transition;
}
