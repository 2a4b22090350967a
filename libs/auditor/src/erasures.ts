import { errors, type Client } from 'cassandra-driver';
import { pages } from './cassandra-reads.js';
import type { Erasure } from './evidence.js';
import { numberIn, optionalNumber, textIn } from './fields.js';

/** By vehicle. A keyspace of before there were erasures has none. */
export async function readErasures(client: Client): Promise<ReadonlyMap<string, Erasure>> {
  const erasures = new Map<string, Erasure>();
  const query = "SELECT vehicle_id, erased_at, state, completed_at FROM erasures WHERE list = 'all'";
  try {
    for await (const row of pages(client, query, [])) {
      if (row['vehicle_id'] === null) continue;
      const completedAt = row['state'] === 'erased' ? optionalNumber(row, 'completed_at') : undefined;
      erasures.set(textIn(row, 'vehicle_id'), {
        erasedAt: numberIn(row, 'erased_at'),
        ...(completedAt === undefined ? {} : { completedAt }),
      });
    }
  } catch (error) {
    if (!(error instanceof errors.ResponseError && /unconfigured table|does not exist/i.test(error.message)))
      throw error;
  }
  return erasures;
}

/**
 * As they were before and after the tables were read: what a fence that came meanwhile holds back is excused, and only
 * what was completed before may not be there any more.
 */
export function throughout(
  before: ReadonlyMap<string, Erasure>,
  after: ReadonlyMap<string, Erasure>,
): ReadonlyMap<string, Erasure> {
  return new Map(
    [...after].map(([vehicleId, { erasedAt }]) => {
      const earlier = before.get(vehicleId);
      const wasDone = earlier?.completedAt !== undefined && earlier.erasedAt === erasedAt;
      return [vehicleId, { erasedAt, ...(wasDone ? { completedAt: earlier.completedAt } : {}) }];
    }),
  );
}
