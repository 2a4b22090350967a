import { partitionOf } from '@navora/kafka';
import { TOPIC_LAYOUT, TOPICS } from '@navora/schemas';
import type { ErasedReadings } from './erased-readings.js';
import { present, type Behind, type Found, type Remains, type Statements } from './erased-remains.js';

const TABLES = ['alert_marks', 'notification_marks'] as const;

/**
 * How far a vehicle's signals are applied, when it was heard last, and what rules were under way to. Rows are removed
 * as of the time they were written, which follows from the offset of a reading: those of later readings are above it.
 */
export class ErasedMarks implements Remains {
  constructor(
    private readonly cassandra: Statements,
    private readonly readings: Pick<ErasedReadings, 'isStoredAfter'>,
  ) {}

  async look(behind: Behind, remove: boolean): Promise<Found> {
    const found: Found = {};
    for (const table of TABLES) found[table] = await this.lookIn(table, behind, remove);
    return present(found);
  }

  private async lookIn(name: (typeof TABLES)[number], behind: Behind, remove: boolean): Promise<number> {
    const table = `${this.cassandra.keyspace}.${name}`;
    const key = [partitionOf(behind.vehicleId, TOPIC_LAYOUT[TOPICS.signals].partitions), behind.vehicleId];
    const row = await this.cassandra.one(
      `SELECT recorded_at, message_id, pending, heard, writetime(origin_offset) AS written FROM ${table}
       WHERE signals_partition = ? AND vehicle_id = ?`,
      key,
    );
    const written = row?.['written'] as bigint | null | undefined;
    if (!row || written == null || (await this.isOfAfter(row, behind))) return 0;
    if (remove)
      await this.cassandra.run(
        `DELETE FROM ${table} USING TIMESTAMP ? WHERE signals_partition = ? AND vehicle_id = ?`,
        [written, ...key],
      );
    return 1;
  }

  private async isOfAfter(row: Record<string, unknown>, behind: Behind): Promise<boolean> {
    const heard = row['heard'] as string | null;
    if (heard) return (JSON.parse(heard) as { receivedAt: number }).receivedAt > behind.erasedAt;
    const recordedAt = row['recorded_at'] as Date | null;
    const messageId = row['message_id'];
    // Offsets alone tell nothing of the vehicle.
    if (recordedAt === null || messageId === null) return true;
    return this.readings.isStoredAfter(behind, recordedAt.getTime(), String(messageId));
  }
}
