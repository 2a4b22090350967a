import { expect, it } from 'vitest';
import * as world from './a-good-world.js';
import type { DeadLetter, Evidence, ReadingRecord, Sent } from './evidence.js';
import { brokenBy } from './forged.fixture.js';

const { aMessageLetter, aRecord, aRecordLetter, aRow, aSent, aSignal, START } = world;

/** Older than what its vehicle said last, so it changes neither the latest state nor any alert. */
const late = (order: number) =>
  aSent('truck-3', order, JSON.stringify({ recordedAt: START + 500, speedKph: 50 }));

/** The good world in which this reading was given up, and stored by a record that came later. */
function broken(sent: Sent, letter: DeadLetter, records: ReadingRecord[]): Promise<readonly string[]> {
  const good = world.aGoodWorld();
  const row = aRow(records.at(-1) as ReadingRecord);
  const evidence: Evidence = {
    ...good,
    history: { ...good.history, sent: [...good.history.sent, sent] },
    records: [...good.records, ...records],
    deadLetters: [...good.deadLetters, letter],
    rows: [...good.rows, row],
    signals: [...good.signals, aSignal(row, 90n)],
    ends: new Map([[0, 24n]]),
    committed: new Map([[0, 24n]]),
  };
  return brokenBy(() => evidence);
}

function recordRedriven(reason: string, over: Partial<ReadingRecord> = {}): Promise<readonly string[]> {
  const sent = late(4);
  const givenUp = aRecord(sent, 22n);
  const letter = aRecordLetter(givenUp, reason);
  return broken(sent, letter, [givenUp, { ...aRecord(sent, 23n), redrives: letter.id, ...over }]);
}

it.each(['unknown-schema', 'processing-error', 'refused-by-store'])(
  'a record given up as %s and redriven is a row, and its letter told the truth of its time',
  async (reason) => {
    await expect(recordRedriven(reason)).resolves.toEqual([]);
  },
);

it('a reason that no time mends is a lie, redriven or not', async () => {
  await expect(recordRedriven('malformed-body')).resolves.toEqual(['I8 dead letters wrong']);
});

it('only the same bytes, sent again for that letter, bear it out', async () => {
  await expect(recordRedriven('unknown-schema', { redrives: 'another' })).resolves.toEqual([
    'I8 dead letters wrong',
  ]);
  await expect(recordRedriven('unknown-schema', { digest: 'other bytes' })).resolves.toEqual(
    expect.arrayContaining(['I8 dead letters wrong']),
  );
});

it('a message given up by the bridge and redriven stands behind what its vehicle sent since, in good order', async () => {
  const sent = late(0);
  const letter = aMessageLetter(sent, 'processing-error');
  await expect(broken(sent, letter, [{ ...aRecord(sent, 22n), redrives: letter.id }])).resolves.toEqual([]);
});

it('a header does not excuse a reading that was never given up', async () => {
  const sent = late(0);
  const letter = aMessageLetter(late(5), 'processing-error');
  await expect(
    broken(sent, { ...letter, id: 'x', rightId: 'x' }, [{ ...aRecord(sent, 22n), redrives: 'y' }]),
  ).resolves.toEqual(expect.arrayContaining(['I4 out of order']));
});
