import { createLogger } from '@navora/runtime';
import { RegistryUnavailable } from '@navora/schemas';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SchemaLessons } from './schema-lessons.js';

const GRACE_MS = 120_000;
const ID = 7;
type Said = 'known' | 'missing' | 'unavailable';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A registry that says what it is told to, and notes when it was asked; each answer takes as long as `tookMs`. */
function aRegistry(says: (schemaId: number) => Said, tookMs = 5) {
  const askedAt: number[] = [];
  let underWay = 0;
  let mostUnderWay = 0;
  const codec = {
    async learn(schemaId: number) {
      askedAt.push(Date.now());
      mostUnderWay = Math.max(mostUnderWay, ++underWay);
      await after(tookMs);
      underWay--;
      const said = says(schemaId);
      if (said === 'unavailable') throw new RegistryUnavailable('away');
      return said === 'known';
    },
  };
  const lessons = new SchemaLessons(codec, {
    graceMs: GRACE_MS,
    log: createLogger('test', 'silent'),
    sleep: after,
  });
  return { lessons, askedAt, mostUnderWay: () => mostUnderWay };
}

const after = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));
const held = { held: true };
const recordOfAge = (ms: number) => ({ timestamp: Date.now() - ms });
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** What came of it so far. */
function outcomeOf(settling: Promise<unknown>) {
  const seen: { outcome: unknown } = { outcome: 'waiting' };
  void settling.then((outcome) => (seen.outcome = outcome));
  return seen;
}

it('gives a young record up when it has reached its age and the registry, asked after that, has no such id', async () => {
  const { lessons, askedAt } = aRegistry(() => 'missing');
  const record = recordOfAge(20_000);
  const seen = outcomeOf(lessons.untilSettled(ID, record, held));
  await pass(99_900);
  expect(seen.outcome).toBe('waiting');
  await pass(1500);
  expect(seen.outcome).toMatchObject({
    rejection: { reason: 'unknown-schema', error: expect.stringMatching(/schema 7.* 12[01] s old/) },
  });
  expect(askedAt.at(-1)).toBeGreaterThanOrEqual(record.timestamp + GRACE_MS);
});

it('asks once for a record that is old enough already', async () => {
  const { lessons, askedAt } = aRegistry(() => 'missing');
  const seen = outcomeOf(lessons.untilSettled(ID, recordOfAge(3 * GRACE_MS), held));
  await pass(5);
  expect(seen.outcome).toMatchObject({ rejection: { error: expect.stringContaining('360 s old') } });
  expect(askedAt).toHaveLength(1);
});

it('lets a schema that appears be known within about a second', async () => {
  let said: Said = 'missing';
  const { lessons } = aRegistry(() => said);
  const seen = outcomeOf(lessons.untilSettled(ID, recordOfAge(0), held));
  await pass(60_000);
  said = 'known';
  await pass(1600);
  expect(seen.outcome).toBe('known');
});

it('never gives up while the registry cannot tell, and takes no earlier answer for a fresh one', async () => {
  let said: Said = 'missing';
  const { lessons } = aRegistry(() => said);
  const seen = outcomeOf(lessons.untilSettled(ID, recordOfAge(0), held));
  await pass(60_000);
  said = 'unavailable';
  await pass(24 * 3_600_000);
  expect(seen.outcome).toBe('waiting');
  expect(lessons.healthy).toBe(false);
  said = 'missing';
  await pass(1600);
  expect(seen.outcome).toMatchObject({ rejection: { reason: 'unknown-schema' } });
  expect(lessons.healthy).toBe(true);
});

it('has one question for an id under way, and asks it at most twice a second, however many wait', async () => {
  const { lessons, askedAt, mostUnderWay } = aRegistry(() => 'unavailable', 50);
  for (let i = 0; i < 500; i++) void lessons.untilSettled(ID, recordOfAge(i), held);
  await pass(10_000);
  expect(mostUnderWay()).toBe(1);
  expect(askedAt.length).toBeLessThanOrEqual(20);
  expect(lessons.pendingSchemas).toBe(1);
});

it('does not let a slow answer for one id hold up another', async () => {
  const { lessons } = aRegistry((id) => (id === ID ? 'unavailable' : 'known'), 4000);
  void lessons.untilSettled(ID, recordOfAge(0), held);
  const other = outcomeOf(lessons.untilSettled(8, recordOfAge(0), held));
  await pass(4001);
  expect(other.outcome).toBe('known');
});

it('ends when the partition is another’s', async () => {
  const { lessons } = aRegistry(() => 'unavailable');
  const assignment = { held: true };
  const seen = outcomeOf(lessons.untilSettled(ID, recordOfAge(0), assignment));
  await pass(30_000);
  assignment.held = false;
  await pass(1100);
  expect(seen.outcome).toBe('not-ours');
  expect(lessons.pendingSchemas).toBe(0);
});

it('measures age from when it first saw a record whose timestamp lies ahead', async () => {
  const { lessons } = aRegistry(() => 'missing');
  const seen = outcomeOf(lessons.untilSettled(ID, { timestamp: Date.now() + 24 * 3_600_000 }, held));
  await pass(GRACE_MS + 1500);
  expect(seen.outcome).toMatchObject({ rejection: { reason: 'unknown-schema' } });
});

it('lets any other error out: it is a bug', async () => {
  const lessons = new SchemaLessons(
    { learn: () => Promise.reject(new TypeError('a bug')) },
    { graceMs: 1, log: createLogger('test', 'silent') },
  );
  await expect(lessons.untilSettled(ID, recordOfAge(0), held)).rejects.toThrow('a bug');
});
