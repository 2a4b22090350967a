import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AckWindow, type Delivery } from './ack-window.js';

function aWindow() {
  const pubacks: number[] = [];
  const window = new AckWindow((packetId) => pubacks.push(packetId));
  return { window, pubacks };
}

describe('AckWindow', () => {
  it('holds a PUBACK back until all earlier messages are settled', () => {
    const { window, pubacks } = aWindow();
    const [first, second, third] = [7, 8, 9].map((id) => window.receive(id)) as [
      Delivery,
      Delivery,
      Delivery,
    ];
    window.settle(third);
    window.settle(second);
    expect(pubacks).toEqual([]);
    expect(window.size).toBe(3);
    window.settle(first);
    expect(pubacks).toEqual([7, 8, 9]);
    expect(window.size).toBe(0);
  });

  it('acknowledges a packet id again when the broker uses it again', () => {
    const { window, pubacks } = aWindow();
    window.settle(window.receive(1));
    window.settle(window.receive(1));
    expect(pubacks).toEqual([1, 1]);
  });

  it('acknowledges a message once, however often it is settled', () => {
    const { window, pubacks } = aWindow();
    const first = window.receive(1);
    const second = window.receive(2);
    window.settle(second);
    window.settle(second);
    window.settle(first);
    window.settle(first);
    expect(pubacks).toEqual([1, 2]);
  });

  it('B4: sends nothing once its connection is gone, although Kafka answers later', () => {
    const { window, pubacks } = aWindow();
    const [first, second] = [1, 2].map((id) => window.receive(id)) as [Delivery, Delivery];
    window.settle(second);
    window.close();
    window.settle(first);
    window.settle(window.receive(3));
    expect(pubacks).toEqual([]);
    expect(window.size).toBe(0);
  });

  it('sends, in any interleaving, exactly the longest settled beginning of what came, in that order', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.constant({ receive: true as const }) },
      { weight: 4, arbitrary: fc.record({ settle: fc.nat() }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (plan) => {
        const { window, pubacks } = aWindow();
        const received: Delivery[] = [];
        const open: Delivery[] = [];
        for (const one of plan) {
          if ('receive' in one) {
            const delivery = window.receive((received.length % 100) + 1);
            received.push(delivery);
            open.push(delivery);
          } else if (open.length > 0) {
            window.settle(open.splice(one.settle % open.length, 1)[0] as Delivery);
          }
          const unsettled = received.findIndex(({ settled }) => !settled);
          const due = unsettled === -1 ? received : received.slice(0, unsettled);
          expect(pubacks).toEqual(due.map(({ packetId }) => packetId));
          expect(window.size).toBe(received.length - due.length);
        }
      }),
    );
  });

  it('B4: never lets an answer to one connection acknowledge on another, whatever ids the broker reuses', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ receive: fc.integer({ min: 1, max: 5 }) }) },
      { weight: 4, arbitrary: fc.record({ settle: fc.nat() }) },
      { weight: 1, arbitrary: fc.constant({ reconnect: true as const }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (plan) => {
        let connection = 0;
        const allowed = new Set<Delivery>();
        let expected: Delivery[] = [];
        const open = () => {
          const mine = ++connection;
          return new AckWindow((packetId) => {
            expect(mine).toBe(connection);
            const oldest = expected.shift();
            expect(oldest?.packetId).toBe(packetId);
            expect(allowed.has(oldest as Delivery)).toBe(true);
          });
        };
        let window = open();
        const pending: { delivery: Delivery; of: AckWindow }[] = [];
        for (const one of plan) {
          if ('receive' in one) {
            const delivery = window.receive(one.receive);
            expected.push(delivery);
            pending.push({ delivery, of: window });
          } else if ('reconnect' in one) {
            window.close();
            expected = [];
            window = open();
          } else if (pending.length > 0) {
            const [chosen] = pending.splice(one.settle % pending.length, 1);
            if (!chosen) continue;
            allowed.add(chosen.delivery);
            chosen.of.settle(chosen.delivery);
          }
        }
      }),
    );
  });

  it('stays small while a long stream passes through', () => {
    const { window, pubacks } = aWindow();
    const waiting: Delivery[] = [];
    for (let i = 0; i < 100_000; i++) {
      waiting.push(window.receive((i % 65_535) + 1));
      if (waiting.length > 1500) window.settle(waiting.shift() as Delivery);
    }
    expect(window.size).toBe(1500);
    expect(pubacks.length).toBe(98_500);
  });
});
