import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { CassandraClient } from '@navora/cassandra';
import { bytesIn } from './bytes-in.js';

const FLUSH_EVERY_MS = 500;
const LOOKS = 40;

/**
 * What a table takes on the disk, all files of it, once all of it is there: Cassandra is told to write out what it
 * still has in memory. Nothing may be written meanwhile.
 *
 * @param data the folder of Cassandra's tables
 * @returns undefined when it is not there within twenty seconds
 */
export async function bytesPerRow(
  cassandra: CassandraClient,
  { data, keyspace, table, rows }: { data: string; keyspace: string; table: string; rows: number },
): Promise<number | undefined> {
  const change = `ALTER TABLE ${keyspace}.${table} WITH memtable_flush_period_in_ms = ${FLUSH_EVERY_MS}`;
  await cassandra.execute(change, [], { prepare: false });
  let before = 0;
  for (let look = 0; look < LOOKS; look++) {
    await pause(FLUSH_EVERY_MS);
    const bytes = bytesOf(join(data, keyspace), table);
    if (bytes > 0 && bytes === before) return bytes / rows;
    before = bytes;
  }
  return undefined;
}

/** A table's folder has its id behind its name. */
function bytesOf(keyspace: string, table: string): number {
  return bytesIn(keyspace, (folder) => folder.startsWith(`${table}-`));
}
