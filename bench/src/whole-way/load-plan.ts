/**
 * A load that is known before it is sent: which vehicle sends what, and when, follows from a reading's number. So
 * nobody needs to write down what was sent, and whoever looks for a reading need not ask the generator for it.
 */
export interface LoadPlan {
  /** Eight hexadecimal digits that no other run has; part of the names of vehicles and of message ids. */
  run: string;
  vehicles: number;
  ratePerSecond: number;
  /** Readings of the first seconds are sent and checked, and count in no figure. */
  warmUpSeconds: number;
  measuredSeconds: number;
  /** ms since 1970: when reading 0 is due. */
  startAt: number;
  /** How many readings a second open an alert, each of its own. */
  alertsPerSecond: number;
}

export interface NumberRange {
  from: number;
  /** The first number that is not in it. */
  end: number;
}

const VEHICLE_DIGITS = 5;
/** From here on a sequence takes four bytes in Avro, up to 2^27. */
export const FIRST_SEQUENCE = 2 ** 21;

export function allReadings({ ratePerSecond, warmUpSeconds, measuredSeconds }: LoadPlan): NumberRange {
  return { from: 0, end: Math.round(ratePerSecond * (warmUpSeconds + measuredSeconds)) };
}

export function measuredReadings(plan: LoadPlan): NumberRange {
  return { from: Math.round(plan.ratePerSecond * plan.warmUpSeconds), end: allReadings(plan).end };
}

/** ms since 1970, with a fraction. A reading is late from here on, whoever held it up. */
export function dueAt({ startAt, ratePerSecond }: LoadPlan, number: number): number {
  return startAt + (number * 1000) / ratePerSecond;
}

/** How many readings are due by then. */
export function dueBy(plan: LoadPlan, at: number): number {
  const count = Math.floor(((at - plan.startAt) * plan.ratePerSecond) / 1000) + 1;
  return Math.max(0, Math.min(allReadings(plan).end, count));
}

/** ms since 1970. Readings of a vehicle need different ones: it sends less than one per millisecond. */
export function recordedAtOf(plan: LoadPlan, number: number): number {
  return Math.floor(dueAt(plan, number));
}

export function vehicleNumberOf({ vehicles }: LoadPlan, number: number): number {
  return number % vehicles;
}

/** All names are of one length. */
export function vehicleIdOf({ run }: LoadPlan, vehicle: number): string {
  return `w${run}-${String(vehicle).padStart(VEHICLE_DIGITS, '0')}`;
}

export function sequenceOf({ vehicles }: LoadPlan, number: number): number {
  return FIRST_SEQUENCE + Math.floor(number / vehicles);
}

export function messageIdOf({ run }: LoadPlan, number: number): string {
  return `${run}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** @returns undefined for the message id of another run. */
export function numberOf({ run }: LoadPlan, messageId: string): number | undefined {
  return messageId.startsWith(`${run}-`) ? parseInt(messageId.slice(24), 16) : undefined;
}

/** A reading that opens an alert. The next one of its vehicle does not breach, and so clears it. */
export function breaches(plan: LoadPlan, number: number): boolean {
  return number % breachEvery(plan) === 0;
}

export function breachesIn(plan: LoadPlan, { from, end }: NumberRange): number[] {
  const every = breachEvery(plan);
  const first = Math.ceil(from / every) * every;
  return Array.from({ length: Math.max(0, Math.ceil((end - first) / every)) }, (_, i) => first + i * every);
}

/** Never a divisor of the vehicles: it would be the same ones that breach, every time, and an alert opens once. */
function breachEvery({ ratePerSecond, alertsPerSecond, vehicles }: LoadPlan): number {
  const every = Math.max(2, Math.round(ratePerSecond / alertsPerSecond));
  return vehicles % every === 0 ? every + 1 : every;
}
