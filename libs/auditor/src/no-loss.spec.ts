import { describe, expect, it } from 'vitest';
import * as world from './a-good-world.js';
import type { Sent } from './evidence.js';
import { brokenBy, without, type Lie } from './forged.fixture.js';

const { the, aSent, aRecord, START } = world;

describe('I1: no loss', () => {
  it('an acknowledged reading that never reached Kafka', async () => {
    const never = aSent('truck-2', 4, JSON.stringify({ recordedAt: START }));
    await expect(
      brokenBy((good) => ({ history: { ...good.history, sent: [...good.history.sent, never] } })),
    ).resolves.toEqual(['I1 lost']);
  });

  it('but not one whose acknowledgement the sender never saw', async () => {
    const { acknowledgedAt: _, ...never } = aSent('truck-2', 4, JSON.stringify({ recordedAt: START }));
    await expect(
      brokenBy((good) => ({ history: { ...good.history, sent: [...good.history.sent, never] } })),
    ).resolves.toEqual([]);
  });

  it('a record that was not committed yet may have no row; a committed one may not', async () => {
    const lie: Lie = (good) => ({ rows: without(good.rows, the(good.rows, 'truck-1', 2)) });
    await expect(brokenBy(lie)).resolves.toEqual(['I1 lost', 'I5 offsets unresolved']);
    await expect(brokenBy((good) => ({ ...lie(good), committed: new Map([[0, 1n]]) }))).resolves.toEqual([]);
  });

  it('a dead letter swallowed by the bridge', async () => {
    await expect(brokenBy((good) => ({ deadLetters: good.deadLetters.slice(1) }))).resolves.toEqual([
      'I1 lost',
    ]);
  });

  it('a dead letter swallowed by the processor', async () => {
    await expect(brokenBy((good) => ({ deadLetters: good.deadLetters.slice(0, 1) }))).resolves.toEqual([
      'I1 lost',
    ]);
  });

  it('an unreadable record without a dead letter', async () => {
    const judged = { bad: 'unknown-schema', detail: 'the registry has no schema 99' } as const;
    const sent: Sent = { ...aSent('truck-3', 4, 'some avro'), judged, messageId: 'm' };
    await expect(
      brokenBy((good) => ({
        history: { ...good.history, sent: [...good.history.sent, sent] },
        records: [...good.records, { ...aRecord(sent, 22n), digest: sent.digest }],
        ends: new Map([[0, 23n]]),
        committed: new Map([[0, 23n]]),
      })),
    ).resolves.toEqual(['I1 lost', 'I5 offsets unresolved']);
  });

  it.each(['processing-error', 'conflicting-reading', 'malformed-body', 'refused-by-store'])(
    'a good reading given up as %s',
    async (reason) => {
      const extra = aSent('truck-3', 4, JSON.stringify({ recordedAt: START }));
      await expect(
        brokenBy((good) => ({
          history: { ...good.history, sent: [...good.history.sent, extra] },
          records: [...good.records, aRecord(extra, 22n)],
          deadLetters: [...good.deadLetters, world.aRecordLetter(aRecord(extra, 22n), reason)],
          ends: new Map([[0, 23n]]),
          committed: new Map([[0, 23n]]),
        })),
      ).resolves.toEqual(['I1 lost']);
    },
  );
});
