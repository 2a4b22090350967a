/** What one side promises. Printed beside its figures: without equal guarantees there is no comparison. */
export interface Guarantees {
  /** The message is acknowledged to the MQTT broker only after Kafka has acknowledged the record. */
  acknowledgedAfterKafka?: boolean;
  /** The offset is committed only after the row is durable. */
  committedAfterWrite?: boolean;
  orderPerVehicle: boolean;
  /** A reading that is stored already is not written again. */
  conditionalWrite?: boolean;
}

const SAID: Record<keyof Guarantees, string> = {
  acknowledgedAfterKafka: 'acknowledged after Kafka',
  committedAfterWrite: 'committed after the write',
  orderPerVehicle: 'order per vehicle',
  conditionalWrite: 'conditional write',
};

/** What is missing is said as loudly as what is there; what does not apply to a leg is left out. */
export function renderGuarantees(guarantees: Guarantees): string {
  return Object.entries(SAID)
    .filter(([name]) => guarantees[name as keyof Guarantees] !== undefined)
    .map(([name, said]) => (guarantees[name as keyof Guarantees] ? said : `NOT ${said}`))
    .join(', ');
}
