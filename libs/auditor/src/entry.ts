import type {
  AlertHistoryRow,
  AlertRow,
  AlertViewRow,
  BodyReading,
  DeadLetter,
  ReadingRecord,
  Row,
  SignalRecord,
} from './evidence.js';
import type { HistoryLine } from './history-lines.js';

/** One thing that was found, of one vehicle. `later` are records behind the cut, `received` names what a tap saw. */
export type Entry =
  | readonly ['line', HistoryLine]
  | readonly ['received', string]
  | readonly ['record', ReadingRecord]
  | readonly ['later', ReadingRecord]
  | readonly ['letter', DeadLetter]
  | readonly ['signal', SignalRecord]
  | readonly ['row', Row]
  | readonly ['latest', BodyReading]
  | readonly ['alert', AlertRow]
  | readonly ['transition', AlertHistoryRow]
  | readonly ['by day', AlertViewRow]
  | readonly ['open', AlertViewRow];
