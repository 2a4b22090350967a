import { randomAt } from './random.js';

/** In which order the readings of a corpus, by their numbers, stand in Kafka, and which of them more than once. */
export type Deliveries = (readings: number) => Iterable<number>;

export function* eachOnce(readings: number): Iterable<number> {
  for (let index = 0; index < readings; index++) yield index;
}

const SEED = 11;
const AGAIN = 30;
const LATER = 31;
const REDELIVERED_SHARE = 0.1;
/** How many others may come between a reading and its redelivery. */
const FURTHEST = 2000;
/** Of a corpus large enough; of a smaller one, a quarter. */
const REPLAYED = 50_000;
/** What is behind the replay, so that it is over before the last row is there. */
const AFTER_REPLAY = 0.1;

/** A tenth come once more at random, soon after; and near the end all of the last 50,000 come again, in their order. */
export function* redelivered(readings: number): Iterable<number> {
  const replayAt = Math.floor(readings * (1 - AFTER_REPLAY));
  const later = new Map<number, number[]>();
  for (let index = 0; index < readings; index++) {
    yield index;
    yield* later.get(index) ?? [];
    later.delete(index);
    if (randomAt(SEED, index, AGAIN) < REDELIVERED_SHARE) {
      const after = index + Math.floor(randomAt(SEED, index, LATER) * FURTHEST);
      later.set(after, [...(later.get(after) ?? []), index]);
    }
    if (index + 1 === replayAt)
      for (let from = index + 1 - Math.min(REPLAYED, Math.floor(readings / 4)); from <= index; from++)
        yield from;
  }
  // What would have come again behind the last one.
  for (const indexes of later.values()) yield* indexes;
}
