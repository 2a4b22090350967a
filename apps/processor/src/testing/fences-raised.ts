import { type Erasure, ErasureStore } from '@navora/erasure';
import { aReading } from '@navora/testing';
import type { ProcessorRig } from './processor-rig.js';

/** Fences as `navora vehicles erase` raises them, for whoever reads them. */
export function fencesOf({ cassandra }: ProcessorRig) {
  const erasures = new ErasureStore(cassandra.client, cassandra.keyspace);
  return {
    raise: (vehicleId: string, erasedAt: number): Promise<Erasure | undefined> =>
      erasures.change(vehicleId, (before) =>
        before
          ? undefined
          : {
              ...{ vehicleId, erasedAt, state: 'erasing', by: 'a test', requestedAt: Date.now() },
              ...{ removed: {}, kafkaUntil: {} },
            },
      ),
  };
}

/** So many, of each of the vehicles in turn, the last of them just now. */
export const readingsOf = (vehicles: readonly string[], count: number) =>
  Array.from({ length: count }, (_, i) =>
    aReading({
      vehicleId: vehicles[i % vehicles.length] ?? '',
      recordedAt: Date.now() - count + i,
      sequence: i,
    }),
  );
