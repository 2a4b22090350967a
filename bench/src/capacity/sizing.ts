import { coresAt, type CostModel } from './cost-model.js';

export interface Fleet {
  vehicles: number;
  /** Between two readings of a vehicle. */
  everySeconds: number;
}

/** What was measured, for one message a second and one copy of everything. */
export interface Measured {
  models: Readonly<Record<Part, CostModel>>;
  bytesPerRow: number;
  /** In Kafka: a reading and its signal. */
  bytesPerReadingInKafka: number;
}

export const PARTS = ['mqtt', 'mqtt-bridge', 'kafka', 'processor', 'cassandra', 'alerts'] as const;
export type Part = (typeof PARTS)[number];

export interface Assumptions {
  copies: number;
  /** How much of their processors machines are to use. */
  load: number;
  nodeCores: number;
  rowsKeptDays: number;
  kafkaKeptDays: number;
  /** Room that compaction, snapshots and growth need, as a multiple of the rows. */
  diskRoom: number;
  /** The most that a Cassandra node is to hold. */
  nodeDiskGiB: number;
}

export const ASSUMPTIONS: Assumptions = {
  copies: 3,
  load: 0.5,
  nodeCores: 8,
  rowsKeptDays: 365,
  kafkaKeptDays: 7,
  diskRoom: 2,
  nodeDiskGiB: 4096,
};

export interface Prices {
  /** USD an hour for one processor with four GiB of memory. */
  coreHour: number;
  /** USD a month for a GiB of disk. */
  diskGiBMonth: number;
  /** USD for a GiB from one zone to another. */
  zoneGiB: number;
}

/**
 * On demand, without any discount, as a large provider lists them for general purpose machines and disks (AWS, m6i and
 * gp3, us-east-1; a GiB between zones is paid on both sides). Others are an option of the command.
 */
export const PRICES: Prices = { coreHour: 0.048, diskGiBMonth: 0.08, zoneGiB: 0.02 };

export interface Needs {
  ratePerSecond: number;
  /** Processors in use, of all copies together. */
  cores: Readonly<Record<Part, number>>;
  kafkaNodes: number;
  cassandraNodes: number;
  /** Processors of the machines that run the other parts. */
  serviceCores: number;
  cassandraDiskGiB: number;
  kafkaDiskGiB: number;
  usdPerMonth: number;
}

const GIB = 1024 ** 3;
const DAY_S = 86_400;
const MONTH_HOURS = 730;
/** Each copy takes part in each write, and each round of a conditional one. */
const COPIED: readonly Part[] = ['kafka', 'cassandra'];

/** What a fleet needs of everything. Linear in the copies, which is the most that they can cost. */
export function needsOf(
  { vehicles, everySeconds }: Fleet,
  { models, bytesPerRow, bytesPerReadingInKafka }: Measured,
  assumed: Assumptions,
  prices: Prices,
): Needs {
  const { copies, load, nodeCores, rowsKeptDays, kafkaKeptDays, diskRoom, nodeDiskGiB } = assumed;
  const ratePerSecond = vehicles / everySeconds;
  const cores = Object.fromEntries(
    PARTS.map((part) => [part, coresAt(models[part], ratePerSecond) * (COPIED.includes(part) ? copies : 1)]),
  ) as Record<Part, number>;
  const kept = (bytes: number, days: number) => (bytes * ratePerSecond * days * DAY_S * copies) / GIB;
  const cassandraDiskGiB = kept(bytesPerRow, rowsKeptDays) * diskRoom;
  const kafkaDiskGiB = kept(bytesPerReadingInKafka, kafkaKeptDays) * diskRoom;
  const nodesFor = (part: Part) => Math.max(copies, Math.ceil(cores[part] / load / nodeCores));
  const kafkaNodes = nodesFor('kafka');
  const cassandraNodes = Math.max(nodesFor('cassandra'), Math.ceil(cassandraDiskGiB / nodeDiskGiB));
  const serviceCores = Math.ceil(
    PARTS.filter((part) => !COPIED.includes(part)).reduce((sum, part) => sum + cores[part], 0) / load,
  );
  const allCores = (kafkaNodes + cassandraNodes) * nodeCores + serviceCores;
  const betweenZonesGiB =
    ((bytesPerRow + bytesPerReadingInKafka) * ratePerSecond * MONTH_HOURS * 3600 * (copies - 1)) / GIB;
  const usdPerMonth =
    allCores * MONTH_HOURS * prices.coreHour +
    (cassandraDiskGiB + kafkaDiskGiB) * prices.diskGiBMonth +
    betweenZonesGiB * prices.zoneGiB;
  return {
    ...{ ratePerSecond, cores, kafkaNodes, cassandraNodes, serviceCores },
    ...{ cassandraDiskGiB, kafkaDiskGiB, usdPerMonth },
  };
}
