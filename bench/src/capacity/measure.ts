import { bytesIn } from '../bytes-in.js';
import { bytesPerRow } from '../bytes-per-row.js';
import type { BenchStack } from '../bench-stack.js';
import { recordsIn } from '../kafka-topics.js';
import { measureWholeWay, type WholeWayFigures } from '../whole-way/measure.js';
import { NAVORA, startWholeWay } from '../whole-way/sides.js';
import { renderFigures } from '../whole-way/table.js';
import { WARMING_SERVICES } from '../whole-way/warming.js';

export interface CapacityFigures {
  /** By rate, the slowest first. Only those that it kept. */
  live: WholeWayFigures[];
  bytesPerRow: number;
  bytesPerReadingInKafka: number;
}

export interface CapacityMeasurement {
  rates: readonly number[];
  vehicles: number;
  seconds: number;
  warmUpSeconds: number;
  folder: string;
  signal: AbortSignal;
  tell(line: string): void;
}

/** Navora as it is shipped, at one rate after the other, and what all of that takes on the disks. */
export async function measureCapacity(
  stack: BenchStack,
  { rates, vehicles, seconds, warmUpSeconds, folder, signal, tell }: CapacityMeasurement,
): Promise<CapacityFigures> {
  const started = await startWholeWay(NAVORA, stack, folder);
  const measure = (workload: { ratePerSecond: number; warmUpSeconds: number; measuredSeconds: number }) =>
    measureWholeWay(stack, { ...started, alerts: NAVORA.alerts }, { vehicles, ...workload });
  try {
    tell(renderFigures('navora (warming up)', await measure(WARMING_SERVICES)));
    const live: WholeWayFigures[] = [];
    for (const ratePerSecond of [...rates].sort((a, b) => a - b)) {
      signal.throwIfAborted();
      const figures = await measure({ ratePerSecond, warmUpSeconds, measuredSeconds: seconds });
      tell(renderFigures('navora', figures));
      if (!figures.kept) break;
      live.push(figures);
    }
    return { live, ...(await sizesOf(stack, started.job.storage)) };
  } finally {
    await started.stop();
  }
}

async function sizesOf(
  { admin, cassandra, cassandraData, kafkaData }: BenchStack,
  { kafkaTopic, signalsTopic, keyspace }: { kafkaTopic: string; signalsTopic: string; keyspace: string },
): Promise<Pick<CapacityFigures, 'bytesPerRow' | 'bytesPerReadingInKafka'>> {
  if (cassandraData === undefined || kafkaData === undefined)
    throw new Error('what is on the disks can be seen of a local stack only');
  const readings = await recordsIn(admin, kafkaTopic);
  const inKafka = bytesIn(
    kafkaData,
    (folder) => folder.startsWith(`${kafkaTopic}-`) || folder.startsWith(`${signalsTopic}-`),
    (file) => file.endsWith('.log'),
  );
  const perRow = await bytesPerRow(cassandra, {
    ...{ data: cassandraData, keyspace, table: 'readings', rows: readings },
  });
  if (perRow === undefined) throw new Error('Cassandra did not write its rows to the disk in time');
  return { bytesPerRow: perRow, bytesPerReadingInKafka: inKafka / readings };
}
