import { recordsOf, spanOf } from '@navora/kafka';
import { WIRE_PREFIX_BYTES } from '@navora/schemas';
import type { Admin, Kafka } from 'kafkajs';
import { allReadings, numberOf, vehicleNumberOf, type LoadPlan } from './load-plan.js';

/** What became of a plan's readings in Kafka. */
export interface RecordFindings {
  lost: number;
  /** Records of a reading beyond its first one. */
  doubled: number;
  /** Readings whose first record stands behind that of a later reading of the vehicle. */
  outOfOrder: number;
}

const MESSAGE_ID_AT = WIRE_PREFIX_BYTES + 1;
const MESSAGE_ID_LENGTH = 36;

/** @param unknown numbers of readings that may have arrived or not */
export async function compareRecords(
  kafka: Kafka,
  admin: Admin,
  topic: string,
  plan: LoadPlan,
  unknown: readonly number[],
): Promise<RecordFindings> {
  const tally = new RecordTally(plan);
  for await (const records of recordsOf(kafka, topic, await spanOf(admin, topic, plan.startAt)))
    for (const { value } of records) tally.see(value);
  return tally.findings(unknown);
}

/** Is shown the records of a topic, each partition in its order. */
export class RecordTally {
  private readonly times: Uint8Array;
  private readonly newest: Float64Array;
  private doubled = 0;
  private outOfOrder = 0;

  constructor(private readonly plan: LoadPlan) {
    this.times = new Uint8Array(allReadings(plan).end);
    this.newest = new Float64Array(plan.vehicles).fill(-1);
  }

  /** What is not of the plan is passed over: heartbeats, and what others send. */
  see(value: Buffer | null): void {
    const number = value ? this.numberIn(value) : undefined;
    const before = number === undefined ? undefined : this.times[number];
    if (number === undefined || before === undefined) return;
    this.times[number] = Math.min(255, before + 1);
    if (before > 0) {
      this.doubled++;
      return;
    }
    const vehicle = vehicleNumberOf(this.plan, number);
    if (number < (this.newest[vehicle] as number)) this.outOfOrder++;
    else this.newest[vehicle] = number;
  }

  findings(unknown: readonly number[]): RecordFindings {
    const { doubled, outOfOrder } = this;
    return { lost: lostIn(this.times, unknown), doubled, outOfOrder };
  }

  /** The codec writes the message id first: its length, and then its text. */
  private numberIn(value: Buffer): number | undefined {
    return numberOf(this.plan, value.toString('latin1', MESSAGE_ID_AT, MESSAGE_ID_AT + MESSAGE_ID_LENGTH));
  }
}

/**
 * @param times how often each reading was found, by its number
 * @param unknown those that may have arrived or not
 */
export function lostIn(times: Uint8Array, unknown: readonly number[]): number {
  const missing = times.reduce((sum, count) => sum + Number(count === 0), 0);
  return missing - unknown.filter((number) => times[number] === 0).length;
}
