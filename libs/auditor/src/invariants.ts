/** What Navora promises of its readings, as far as an audit can see it. */
export const INVARIANTS = {
  I1: 'no loss: every acknowledged reading is in Kafka or dead-lettered, every record a row or dead-lettered',
  I2: 'no invention: records, rows and states say what was sent, and nothing else',
  I3: 'one row per reading, and a redelivery does not touch it',
  I4: "order: a vehicle's readings and signals stand in the order sent, in one partition",
  I5: 'what is below the committed offset is resolved: row, latest state and signal, or dead letter; or erased',
  I6: 'the committed offset never decreases',
  I7: 'alerts are exactly those the rules demand',
  I8: 'every bad record is in the dead letters, with its reason, bytes, key and headers',
  I9: 'the consumers catch up',
  I12: 'a vehicle speaks only for itself: key and body of a record name the same one',
  I14: 'what was erased on request is gone, and stays so',
} as const;

export type Invariant = keyof typeof INVARIANTS;

export const NOT_JUDGED_HERE =
  'memory (I10), stopping (I11) and readiness (I13) leave no trace in the data; the fault tests watch them';
