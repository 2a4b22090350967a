import { describe, expect, it } from 'vitest';
import * as world from './a-good-world.js';
import { brokenBy, replace, at } from './forged.fixture.js';
import { messageIdOf } from './ids.js';

const { the } = world;

describe('signals (I4, I5, I7)', () => {
  it('a missing signal', async () => {
    await expect(brokenBy(({ signals }) => ({ signals: signals.slice(1) }))).resolves.toEqual([
      'I5 offsets unresolved',
      'I5 signals missing',
    ]);
  });

  it('a missing signal of a record that is not committed yet is nothing', async () => {
    await expect(
      brokenBy(({ signals }) => ({ signals: signals.slice(0, 5), committed: new Map([[0, 5n]]) })),
    ).resolves.toEqual([]);
  });

  it('a repeated signal is fine', async () => {
    await expect(
      brokenBy(({ signals }) => ({ signals: [...signals, { ...at(signals, 0), offset: 50n }] })),
    ).resolves.toEqual([]);
  });

  it.each([
    ['wrong outcome', [{ rule: 'hot', outcome: 'normal', value: 105 }]],
    ['wrong value', [{ rule: 'hot', outcome: 'breach', value: 106 }]],
    ['verdict left out', []],
    ['rule judged twice', [0, 1].map(() => ({ rule: 'hot', outcome: 'breach', value: 105 }))],
  ])('a %s', async (_, verdicts) => {
    await expect(
      brokenBy(({ signals }) => ({ signals: replace(signals, at(signals, 1), { verdicts }) })),
    ).resolves.toEqual(['I7 signals wrong']);
  });

  it('a judged clock-suspect reading', async () => {
    const verdicts = [{ rule: 'hot', outcome: 'breach', value: 150 }];
    await expect(
      brokenBy(({ signals }) => ({ signals: replace(signals, the(signals, 'truck-3', 2), { verdicts }) })),
    ).resolves.toEqual(['I7 signals wrong']);
  });

  it('a signal that names a redelivery as its origin', async () => {
    const signal = { origin: { topic: world.READINGS, partition: 0, offset: 20n }, offset: 40n };
    await expect(
      brokenBy(({ signals }) => ({ signals: [...signals, { ...at(signals, 0), ...signal }] })),
    ).resolves.toEqual(['I7 signals wrong']);
  });

  it('a signal of a reading that is not in Kafka', async () => {
    await expect(
      brokenBy(({ signals }) => ({
        signals: [...signals, { ...at(signals, 0), messageId: messageIdOf('x', Buffer.of(1)) }],
      })),
    ).resolves.toEqual(['I7 signals wrong']);
  });

  it('two signals swapped', async () => {
    await expect(
      brokenBy(({ signals }) => ({ signals: [at(signals, 1), at(signals, 0), ...signals.slice(2)] })),
    ).resolves.toEqual(['I4 signals out of order']);
  });
});
