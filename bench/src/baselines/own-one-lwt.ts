import type { StorageJob } from '../contestant.js';
import { AtOnce } from './at-once.js';
import { givenJob } from './job.js';
import { layoutByVehicle } from './row-statements.js';
import { openParts, type ReadRecord } from './storage-parts.js';

const INSERTS_AT_ONCE = 128;

const job = givenJob<StorageJob>();
const { cassandra, drain, signal } = await openParts(job);
const { insert, parametersOf } = await layoutByVehicle(cassandra, job.keyspace);
const atOnce = new AtOnce(INSERTS_AT_ONCE);

/** Vehicles beside each other, each one's readings one after the other. */
async function store(batch: ReadRecord[]): Promise<void> {
  const vehicles = new Map<string, Promise<unknown>>();
  for (const each of batch) {
    const { vehicleId } = each.reading;
    const before = vehicles.get(vehicleId) ?? Promise.resolve();
    vehicles.set(
      vehicleId,
      before.then(() => atOnce.run(() => storeOnce(each))),
    );
  }
  await Promise.all(vehicles.values());
}

async function storeOnce(each: ReadRecord): Promise<void> {
  await cassandra.execute(`${insert} IF NOT EXISTS`, parametersOf(each.reading, each.record), {
    prepare: true,
  });
  await signal(each);
}

await drain(store);
