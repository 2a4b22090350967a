/** `erasing`: rows may still stand. `erased`: looked for, and none found any more. */
export type ErasureState = 'erasing' | 'erased';

/** A vehicle of which somebody asked that it be forgotten. Times are ms since 1970. */
export interface Erasure {
  readonly vehicleId: string;
  /** What was received up to then, by the clock of the bridge, is erased. Never lowered. */
  readonly erasedAt: number;
  readonly state: ErasureState;
  readonly by: string;
  readonly comment?: string;
  readonly requestedAt: number;
  readonly completedAt?: number;
  /** When somebody last looked whether anything stands there again. */
  readonly lookedAt?: number;
  /** Rows that were found and removed, by table. */
  readonly removed: Readonly<Record<string, number>>;
  /** When Kafka has dropped its copies at the latest, by topic; a topic that keeps them for ever is left out. */
  readonly kafkaUntil: Readonly<Record<string, number>>;
}

/** What a service must know of it. */
export interface Fence {
  readonly vehicleId: string;
  readonly erasedAt: number;
  /** False while what was there before may still stand in the tables. */
  readonly isDone: boolean;
}

/** As the table `erasures` was when it was read. */
export interface FenceList {
  readonly version: number;
  readonly fences: readonly Fence[];
}
