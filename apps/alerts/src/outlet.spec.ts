import { setTimeout as pause } from 'node:timers/promises';
import { NO_FENCES } from '@navora/erasure';
import { eventually } from '@navora/testing';
import { describe, expect, it } from 'vitest';
import type { Channel, Delivery } from './channels/channel.js';
import type { Notice } from './notice.js';
import { Outlet, type OutletParts } from './outlet.js';
import { Persistence } from './persistence.js';
import { silent } from './testing/a-journey.js';
import { aNotice } from './testing/a-notice.js';
import { InMemoryLedger, InMemoryPending } from './testing/in-memory-ledger.js';
import { InMemoryStore } from './testing/in-memory-store.js';

const START = Date.UTC(2026, 10, 22, 9);
const HOUR = 3_600_000;

/** A channel that does what the test says; what it accepted is in `accepted`. */
class ScriptedChannel implements Channel {
  readonly accepted: string[] = [];
  attempts = 0;
  mostAtOnce = 0;
  private atOnce = 0;
  answer: (notice: Notice) => Promise<Delivery> | Delivery = () => ({ accepted: 'ok' });

  async send(notice: Notice, _addresses: readonly string[], signal: AbortSignal): Promise<Delivery> {
    this.attempts++;
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    try {
      const aborted = new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('called off'))),
      );
      const delivery = await Promise.race([this.answer(notice), aborted]);
      if ('accepted' in delivery) this.accepted.push(notice.id);
      return delivery;
    } finally {
      this.atOnce--;
    }
  }

  close(): void {
    // Nothing is open.
  }
}

function aRig(over: Partial<OutletParts> = {}) {
  const store = new InMemoryStore();
  const ledger = new InMemoryLedger();
  const pending = new InMemoryPending(store);
  const counts = { sent: 0, failed: 0, retried: 0 };
  const clock = { now: START };
  const outletOf = (channel: ScriptedChannel) =>
    new Outlet({
      name: 'mail',
      channel,
      settings: { timeoutMs: 200, atOnce: 3 },
      retries: { firstMs: 1000, longestMs: 60_000, giveUpAfterMs: HOUR },
      addresses: () => ['fleet@example.org'],
      needsAddresses: true,
      ledger,
      pending,
      persistence: new Persistence(silent, () => pause(1)),
      metrics: {
        sent: () => void counts.sent++,
        failed: () => void counts.failed++,
        retried: () => void counts.retried++,
      },
      fences: NO_FENCES,
      log: silent,
      now: () => clock.now,
      ...over,
    });
  let made = 0;
  /** Stands in the view, and is offered. */
  const noticed = async (...outlets: Outlet[]) => {
    const vehicleId = `truck-${++made}`;
    const notice = aNotice({
      alert: { vehicleId, id: `4f0f0a0e-51b5-5d9c-9a53-${String(made).padStart(12, '0')}` },
      receivedAt: START,
    });
    const announcement = { notices: [notice], withdrawn: [], known: false };
    await store.writeViews(vehicleId, 1, { id: '3/1', changes: [], announcement });
    for (const outlet of outlets) outlet.offer({ notice, version: 1 });
    return notice;
  };
  /** As the look through the view does it. */
  const look = async (...outlets: Outlet[]) => {
    for await (const one of pending.due('mail', clock.now)) for (const outlet of outlets) outlet.offer(one);
  };
  return { store, ledger, counts, clock, outletOf, noticed, look };
}

describe('an outlet', () => {
  it('sends, records it, and shows it to be done', async () => {
    const { store, ledger, counts, outletOf, noticed } = aRig();
    const channel = new ScriptedChannel();
    const { id } = await noticed(outletOf(channel));
    await eventually('done', () => store.pending.length === 0);
    expect(channel.accepted).toEqual([id]);
    expect(ledger.entries.get(id)).toMatchObject({ state: 'sent', detail: 'ok', attempts: 1 });
    expect(counts).toEqual({ sent: 1, failed: 0, retried: 0 });
  });

  it('sends nothing twice, however often and to however many it is offered', async () => {
    const { store, outletOf, noticed, look } = aRig();
    const channel = new ScriptedChannel();
    const outlets = [outletOf(channel), outletOf(channel)] as const;
    const notices = await Promise.all(Array.from({ length: 50 }, () => noticed(...outlets, ...outlets)));
    await look(...outlets);
    await eventually('all done', () => store.pending.length === 0);
    await look(...outlets);
    expect([...channel.accepted].sort()).toEqual(notices.map(({ id }) => id).sort());
    expect(channel.mostAtOnce).toBeLessThanOrEqual(6);
  });

  it('tries again what failed for now, later each time, and then gives up where all can see it', async () => {
    const { store, ledger, counts, clock, outletOf, noticed, look } = aRig();
    const channel = new ScriptedChannel();
    channel.answer = () => Promise.reject(new Error('451 try later'));
    const outlet = outletOf(channel);
    const { id } = await noticed(outlet);
    const dueAfter: number[] = [];
    await eventually(
      'given up',
      async () => {
        const entry = ledger.entries.get(id);
        if (entry?.state === 'postponed') {
          if (clock.now < entry.until) dueAfter.push(entry.until - clock.now);
          clock.now = Math.max(clock.now, entry.until);
          await look(outlet);
        }
        return entry?.state === 'failed' && store.pending.length === 0;
      },
      { everyMs: 1 },
    );
    expect(clock.now - START).toBeLessThan(HOUR);
    expect(dueAfter[0]).toBeLessThanOrEqual(1000);
    expect(Math.max(...dueAfter)).toBeGreaterThan(30_000);
    expect(ledger.entries.get(id)?.detail).toMatch(/^given up after \d+ attempts: 451 try later$/);
    expect(counts).toEqual({ sent: 0, failed: 1, retried: channel.attempts - 1 });
    expect(store.pending).toEqual([]);
  });

  it('gives up at once what is refused for good, and what has nobody to go to', async () => {
    const refusing = new ScriptedChannel();
    refusing.answer = () => ({ refused: '550 no such mailbox' });
    const one = aRig();
    const { id } = await one.noticed(one.outletOf(refusing));
    await eventually('done', () => one.store.pending.length === 0);
    expect(one.ledger.entries.get(id)).toMatchObject({
      state: 'failed',
      detail: 'refused: 550 no such mailbox',
    });

    const other = aRig({ addresses: () => [] });
    const nobody = new ScriptedChannel();
    const notice = await other.noticed(other.outletOf(nobody));
    await eventually('done', () => other.store.pending.length === 0);
    expect(other.ledger.entries.get(notice.id)).toMatchObject({
      state: 'failed',
      detail: 'no address is known',
    });
    expect(nobody.attempts).toBe(0);
  });

  it('does not send what could not be sent in time', async () => {
    const { ledger, clock, store, outletOf, noticed, look } = aRig();
    const channel = new ScriptedChannel();
    const { id } = await noticed();
    clock.now += HOUR + 1;
    await look(outletOf(channel));
    await eventually('done', () => store.pending.length === 0);
    expect(channel.attempts).toBe(0);
    expect(ledger.entries.get(id)).toMatchObject({ state: 'failed' });
  });

  it('calls off an attempt that takes too long, and tries one at a time while nothing gets through', async () => {
    const { counts, outletOf, noticed } = aRig({
      now: Date.now,
      retries: { firstMs: 1, longestMs: 5, giveUpAfterMs: 1e13 },
    });
    const channel = new ScriptedChannel();
    channel.answer = () => new Promise<Delivery>(() => undefined);
    const outlet = outletOf(channel);
    for (let n = 0; n < 20; n++) await noticed(outlet);
    await eventually('attempts were called off', () => counts.retried >= 3);
    channel.mostAtOnce = 0;
    const attempts = channel.attempts;
    await eventually('another attempt', () => channel.attempts > attempts);
    expect(channel.mostAtOnce).toBeLessThanOrEqual(1);
    await outlet.stop();
  });

  it('sends once more, with the same id, what a crash left between acceptance and record', async () => {
    const { ledger, clock, store, outletOf, noticed, look } = aRig();
    const dies = new ScriptedChannel();
    const crashed = new Outlet({
      ...partsOf(outletOf(dies)),
      ledger: { ...bound(ledger), settle: () => new Promise<boolean>(() => undefined) },
    });
    const { id } = await noticed(crashed);
    await eventually('accepted', () => dies.accepted.length === 1);

    const successor = new ScriptedChannel();
    const outlet = outletOf(successor);
    await look(outlet);
    await eventually('asked', () => ledger.entries.get(id)?.state === 'claimed');
    expect(successor.attempts, 'while the claim holds').toBe(0);
    clock.now += 60_000;
    await look(outlet);
    await eventually('done', () => store.pending.length === 0);
    expect([...dies.accepted, ...successor.accepted]).toEqual([id, id]);
  });

  it('keeps no place at the channel for what is sent and waits to be recorded', async () => {
    const { ledger, outletOf, noticed } = aRig();
    const channel = new ScriptedChannel();
    const slow = new Outlet({
      ...partsOf(outletOf(channel)),
      settings: { timeoutMs: 200, atOnce: 1 },
      ledger: { ...bound(ledger), settle: () => new Promise<boolean>(() => undefined) },
    });
    const notices = [await noticed(slow), await noticed(slow), await noticed(slow)];
    await eventually('all are sent', () => channel.accepted.length === notices.length);
    expect(channel.mostAtOnce).toBe(1);
  });

  it('frees what it had claimed and not begun to send when it stops', async () => {
    const { ledger, clock, store, outletOf, noticed, look } = aRig({
      settings: { timeoutMs: 200, atOnce: 1 },
    });
    const busy = new ScriptedChannel();
    busy.answer = () => new Promise<Delivery>(() => undefined);
    const outlet = outletOf(busy);
    await noticed(outlet);
    const { id } = await noticed(outlet);
    await eventually('claimed ahead', () => ledger.entries.get(id)?.state === 'claimed');
    await outlet.stop();
    expect(ledger.entries.get(id)).toMatchObject({ state: 'postponed', until: clock.now });

    const successor = outletOf(new ScriptedChannel());
    clock.now += 1;
    await look(successor);
    await eventually('the successor sent it at once', () => ledger.entries.get(id)?.state === 'sent');
    await eventually('and it alone is done', () => store.pending.length === 1);
  });

  it('records what it sent before it stops, and sends nothing after', async () => {
    const { ledger, outletOf, noticed } = aRig();
    const channel = new ScriptedChannel();
    let accept: (delivery: Delivery) => void = () => undefined;
    channel.answer = () => new Promise<Delivery>((resolve) => (accept = resolve));
    const outlet = outletOf(channel);
    const { id } = await noticed(outlet);
    await eventually('under way', () => channel.attempts === 1);
    const stopped = outlet.stop();
    accept({ accepted: 'ok' });
    await stopped;
    expect(ledger.entries.get(id)).toMatchObject({ state: 'sent' });
    await noticed(outlet);
    expect(channel.attempts).toBe(1);
  });

  it('goes on with the others when our own code throws on one', async () => {
    const thrown = new Set<string>();
    const { store, ledger, outletOf, noticed } = aRig({
      addresses: ({ id }) => {
        if (thrown.has(id)) throw new TypeError('a bug');
        return ['fleet@example.org'];
      },
    });
    const channel = new ScriptedChannel();
    const outlet = outletOf(channel);
    const odd = await noticed();
    thrown.add(odd.id);
    outlet.offer({ notice: odd, version: 1 });
    const next = await noticed(outlet);
    await eventually('the other is sent', () => ledger.entries.get(next.id)?.state === 'sent');
    await eventually('it waits', () => store.pending.length === 1);
    expect(channel.accepted).toEqual([next.id]);
  });
});

function partsOf(outlet: Outlet): OutletParts {
  return (outlet as unknown as { parts: OutletParts }).parts;
}

function bound(ledger: InMemoryLedger) {
  return {
    claim: ledger.claim.bind(ledger),
    postpone: ledger.postpone.bind(ledger),
    settle: ledger.settle.bind(ledger),
  };
}

describe('of an erased vehicle', () => {
  it('nobody is told, and the ledger hears of nothing', async () => {
    const fences = { ...NO_FENCES, isErased: (_: string, receivedAt: number) => receivedAt <= START };
    const rig = aRig({ fences });
    const channel = new ScriptedChannel();
    const outlet = rig.outletOf(channel);
    await rig.noticed(outlet);
    await rig.look(outlet);
    await outlet.stop();
    expect([channel.attempts, rig.ledger.entries.size]).toEqual([0, 0]);
  });

  it('nobody is told when the fence comes between the claim and its turn', async () => {
    const counted = { asked: 0 };
    const fences = { ...NO_FENCES, isErased: () => counted.asked++ > 0 };
    const rig = aRig({ fences });
    const channel = new ScriptedChannel();
    const outlet = rig.outletOf(channel);
    await rig.noticed(outlet);
    await eventually('asked again', () => counted.asked === 2);
    await outlet.stop();
    expect(channel.attempts).toBe(0);
  });

  it('nobody is told while nobody can tell who is erased, and everybody once that is known', async () => {
    const fences = { ...NO_FENCES, fresh: false };
    const rig = aRig({ fences });
    const channel = new ScriptedChannel();
    const outlet = rig.outletOf(channel);
    await rig.noticed(outlet);
    await rig.look(outlet);
    expect(channel.attempts).toBe(0);
    fences.fresh = true;
    rig.clock.now += 1000;
    await rig.look(outlet);
    await eventually('told', () => channel.accepted.length === 1);
  });
});
