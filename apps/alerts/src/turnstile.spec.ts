import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { Turnstile, type Turn } from './turnstile.js';

function aTurnstile(atOnce: number) {
  const clock = { now: 0 };
  const turnstile = new Turnstile({ atOnce, onRoom: () => undefined, now: () => clock.now });
  const through: number[] = [];
  const turnedAway: number[] = [];
  let comers = 0;
  const comer = (): Turn => {
    const number = ++comers;
    const turn = turnstile.begin();
    void turn.comesUp().then((goes) => (goes ? through : turnedAway).push(number));
    return turn;
  };
  return { turnstile, clock, through, turnedAway, comer };
}

describe('a turnstile', () => {
  it('lets so many through at once, and the others in their order as places come free', async () => {
    const { through, comer } = aTurnstile(2);
    const turns = [comer(), comer(), comer(), comer()];
    await nextTurn();
    expect(through).toEqual([1, 2]);
    turns[1]?.leave();
    turns[1]?.leave();
    await nextTurn();
    expect(through, 'one place came free, however often it is given back').toEqual([1, 2, 3]);
  });

  it('lets as many get ready as there are places, beside those at the channel', async () => {
    const { turnstile, comer } = aTurnstile(2);
    for (let n = 0; n < 2; n++) comer();
    expect(turnstile.hasRoom, 'both have places').toBe(true);
    const third = comer();
    const fourth = comer();
    expect(turnstile.hasRoom, 'two wait for one').toBe(false);
    third.leave();
    expect(turnstile.hasRoom, 'one of them gave up').toBe(true);
    fourth.leave();
  });

  it('pauses after a failure, and then lets one through at a time until one succeeds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { turnstile, clock, through, comer } = aTurnstile(3);
      const turns = [comer(), comer(), comer(), comer(), comer()];
      await nextTurn();
      turnstile.failed();
      for (const turn of turns.slice(0, 3)) turn.leave();
      await nextTurn();
      expect(through).toEqual([1, 2, 3]);
      expect(turnstile.hasRoom).toBe(false);

      clock.now = 60_000;
      vi.advanceTimersByTime(60_000);
      await nextTurn();
      expect(through, 'one tries').toEqual([1, 2, 3, 4]);
      turnstile.succeeded();
      turns[3]?.leave();
      await nextTurn();
      expect(through).toEqual([1, 2, 3, 4, 5]);
      expect(turnstile.hasRoom).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('turns away whoever waits or comes when it is closed', async () => {
    const { turnstile, through, turnedAway, comer } = aTurnstile(1);
    const first = comer();
    comer();
    turnstile.close();
    comer();
    first.leave();
    await nextTurn();
    expect({ through, turnedAway }).toEqual({ through: [1], turnedAway: [2, 3] });
    expect(turnstile.hasRoom).toBe(false);
  });
});
