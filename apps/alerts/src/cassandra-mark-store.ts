import { types } from 'cassandra-driver';
import type { CassandraClient } from '@navora/cassandra';
import type { FenceCheck } from '@navora/erasure';
import { insertInto } from './alert-columns.js';
import { ErasedMarks, StaleFences } from './erased.js';
import type { LastHeard, Marks, Pending } from './alert.js';
import type { MarkStore, VehicleMarks } from './store.js';

/** A batch of one partition is one write for the server; this many marks stay far below its size limit. */
const MARKS_PER_BATCH = 100;
const PAGE = 5000;

/** A value like any other: unset would keep what was there before, and a null is a tombstone. */
const NOTHING = '';

/** Between two readings a vehicle's marks may move as often as it has rules about silence. */
const STEPS_PER_READING = 1000n;

/**
 * The write time of a mark follows from its origin offset, and from how much of the silence after that is told:
 * whoever writes an older one, however late, changes nothing. (Zero is not a write time Cassandra tells from none.)
 */
export class CassandraMarkStore implements MarkStore {
  private readonly insert: string;
  private readonly select: string;

  constructor(
    private readonly client: CassandraClient,
    keyspace: string,
    name: 'alert_marks' | 'notification_marks' = 'alert_marks',
    private readonly fences: Pick<FenceCheck, 'fresh'> = { fresh: true },
    private readonly erased = new ErasedMarks(),
  ) {
    const columns = [
      'vehicle_id',
      'origin_partition',
      'origin_offset',
      'recorded_at',
      'message_id',
      'active',
      'pending',
      'heard',
    ];
    const table = `${keyspace}.${name}`;
    this.insert = `${insertInto(table, ['signals_partition', ...columns])} USING TIMESTAMP ?`;
    this.select = `SELECT ${columns.join(', ')} FROM ${table} WHERE signals_partition = ?`;
  }

  async loadAll(signalsPartition: number): Promise<VehicleMarks[]> {
    const result = await this.client.execute(this.select, [signalsPartition], {
      prepare: true,
      fetchSize: PAGE,
    });
    const marks: VehicleMarks[] = [];
    for await (const row of result) marks.push(marksOf(row));
    return marks;
  }

  async save(signalsPartition: number, marks: readonly VehicleMarks[]): Promise<void> {
    // One after the other: nobody waits for them, and all at once they would delay the alerts.
    for (let i = 0; i < marks.length; i += MARKS_PER_BATCH) {
      await this.saveBatch(signalsPartition, marks.slice(i, i + MARKS_PER_BATCH));
    }
  }

  /** @throws StaleFences: whoever saves comes again. */
  private async saveBatch(signalsPartition: number, all: readonly VehicleMarks[]): Promise<void> {
    if (!this.fences.fresh) throw new StaleFences('nobody can tell which vehicles are erased');
    const batch = all.filter((one) => !this.erased.has(one));
    if (batch.length === 0) return;
    const statements = batch.map(({ vehicleId, marks, active }) => ({
      query: this.insert,
      params: [
        signalsPartition,
        vehicleId,
        marks.originPartition,
        BigInt(marks.originOffset),
        marks.recordedAt === null ? types.unset : new Date(marks.recordedAt),
        marks.messageId ?? types.unset,
        active,
        marks.pending ? JSON.stringify(marks.pending) : NOTHING,
        marks.heard ? JSON.stringify(marks.heard) : NOTHING,
        writeTimeOf(marks),
      ],
    }));
    await this.client.batch(statements, { prepare: true, logged: false });
  }
}

function writeTimeOf({ originOffset, heard }: Marks): bigint {
  return BigInt(originOffset) * STEPS_PER_READING + 1n + BigInt(heard?.told.length ?? 0);
}

function marksOf(row: types.Row): VehicleMarks {
  const recordedAt = row['recorded_at'] as Date | null;
  const messageId = row['message_id'] as types.Uuid | null;
  // Rows of earlier releases have none.
  const pending = (row['pending'] as string | null) ?? NOTHING;
  const heard = (row['heard'] as string | null) ?? NOTHING;
  return {
    vehicleId: row['vehicle_id'] as string,
    marks: {
      originPartition: row['origin_partition'] as number,
      originOffset: Number(row['origin_offset']),
      recordedAt: recordedAt === null ? null : recordedAt.getTime(),
      messageId: messageId === null ? null : messageId.toString(),
      ...(pending !== NOTHING && { pending: JSON.parse(pending) as Pending[] }),
      ...(heard !== NOTHING && { heard: JSON.parse(heard) as LastHeard }),
    },
    active: row['active'] as boolean,
  };
}
