import type { Admin } from 'kafkajs';
import { recordsIn } from '../kafka-topics.js';
import { now } from './wall-clock.js';
import { dueBy, type LoadPlan } from './load-plan.js';

export interface Consumer {
  groupId: string;
  topic: string;
}

/** Since the topic was made. */
export interface Standing {
  records: number;
  committed: number;
}

export async function standingOf(admin: Admin, consumer: Consumer): Promise<Standing> {
  const [records, committed] = await Promise.all([
    recordsIn(admin, consumer.topic),
    committedBy(admin, consumer),
  ]);
  return { records, committed };
}

async function committedBy(admin: Admin, { groupId, topic }: Consumer): Promise<number> {
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
  return sum((found?.partitions ?? []).map(({ offset }) => Math.max(0, Number(offset))));
}

/**
 * How many readings of the plan are due and not yet committed by who stores them. What else stands in the topic,
 * heartbeats above all, makes it too small, by one or two a second.
 *
 * @param before what was committed when the plan began
 */
export async function backlogOf(
  admin: Admin,
  consumer: Consumer,
  plan: LoadPlan,
  before: number,
): Promise<number> {
  const committed = await committedBy(admin, consumer);
  return Math.max(0, dueBy(plan, now()) - (committed - before));
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
