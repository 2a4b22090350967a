import { describe, expect, it } from 'vitest';
import * as world from './a-good-world.js';
import { brokenBy, replace, at, recordAt, type Lie } from './forged.fixture.js';
import { messageIdOf } from './ids.js';

describe('I8: bad records are in the dead letters', () => {
  it.each<[string, object]>([
    ['altered bytes', { digest: 'other' }],
    ['a wrong id', { id: messageIdOf('x', Buffer.of(1)) }],
    ['a reason outside the list', { reason: 'just-because' }],
    ['another reason than the true one', { reason: 'vehicle-mismatch' }],
  ])('of a record: %s', async (_, change) => {
    const lie: Lie = ({ deadLetters }) => ({ deadLetters: replace(deadLetters, at(deadLetters, 1), change) });
    await expect(brokenBy(lie)).resolves.toEqual(['I8 dead letters wrong']);
  });

  it('of a message: altered bytes', async () => {
    await expect(
      brokenBy(({ deadLetters }) => ({
        deadLetters: replace(deadLetters, at(deadLetters, 0), { digest: 'other' }),
      })),
    ).resolves.toEqual(['I8 dead letters wrong']);
  });

  it('written twice is fine', async () => {
    await expect(
      brokenBy(({ deadLetters }) => ({
        deadLetters: [...deadLetters, { ...at(deadLetters, 0), offset: 9n }],
      })),
    ).resolves.toEqual([]);
  });

  it('a reading given up although it is stored', async () => {
    await expect(
      brokenBy((good) => ({
        deadLetters: [...good.deadLetters, world.aRecordLetter(recordAt(good, 20n), 'processing-error')],
      })),
    ).resolves.toEqual(['I8 dead letters wrong']);
  });

  it('a reading from before the retention that was stored', async () => {
    await expect(
      brokenBy((good) => ({ settings: { ...good.settings, retentionMs: 1500 } })),
    ).resolves.toContain('I8 dead letters wrong');
  });
});
