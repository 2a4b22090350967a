import { createLogger } from '@navora/runtime';
import { realServices } from '@navora/testing';
import { expect, it, onTestFinished } from 'vitest';
import { createCassandra } from './client.js';
import { RowsTable, told } from './rows-table.fixture.js';

const ROWS_BEFORE = 400_000;
const AT_ONCE = 16;
const WARM_UP_MS = 8000;
const MEASURED_MS = 10_000;
/** Rows in the partition before, from few to as many as a shard of a large fleet has in an hour. */
const FULLNESS = [10_000, 100_000, 1_000_000];

async function aTable(partitions: number): Promise<RowsTable> {
  const client = createCassandra(realServices(), createLogger('test', 'silent'));
  onTestFinished(() => client.shutdown());
  await client.connect();
  const table = await RowsTable.create(client, partitions);
  onTestFinished(() => table.drop());
  return table;
}

it('measures conditional batches into partitions that have rows on the disk', async () => {
  const table = await aTable(64);
  await table.fill(ROWS_BEFORE);
  await table.insertFor(WARM_UP_MS, { rows: 20, atOnce: AT_ONCE });
  for (const rows of [20, 1]) {
    const took = await table.insertFor(MEASURED_MS, { rows, atOnce: AT_ONCE });
    process.stdout.write(`${told(took, rows, MEASURED_MS)}; ${AT_ONCE} at once\n`);
    expect(took.length).toBeGreaterThan(0);
  }
}, 300_000);

it('measures conditional batches into one partition as it fills, one at a time', async () => {
  const table = await aTable(1);
  let filled = 0;
  for (const rowsBefore of FULLNESS) {
    await table.fill(rowsBefore - filled);
    filled = rowsBefore;
    const batches = { rows: 20, atOnce: 1 };
    await table.insertFor(WARM_UP_MS, batches);
    const took = await table.insertFor(MEASURED_MS, batches);
    process.stdout.write(`${rowsBefore} rows before: ${told(took, batches.rows, MEASURED_MS)}\n`);
    expect(took.length).toBeGreaterThan(0);
  }
}, 600_000);
