import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Signal } from '@navora/schemas';
import { Announcer, TIMELY_MS } from './announcer.js';
import { InMemoryStore } from './testing/in-memory-store.js';
import { live, type LifePlan, type Store } from './testing/lives.js';
import { SignalLog } from './testing/signal-log.js';
import { signalStreams } from './testing/signal-streams.js';
import { someNotifications } from './testing/some-notifications.js';
import { noticesOf } from './testing/undisturbed.js';
import { ToldBefore } from './told-before.js';

const NOTIFICATIONS = someNotifications(`  - { channel: mail, addresses: [a@x.org], atMostEvery: 5s }
  - { channel: chat, transitions: [opened], atMostEvery: 0s }`);
const UNDISTURBED: LifePlan = {
  batchSize: 3,
  lostPercent: 0,
  diesAtCall: Number.POSITIVE_INFINITY,
  appliesLastCall: false,
  zombie: false,
};

/** Some readings were long on their way. */
function delayed(signal: Signal): Signal {
  const slow = signal.origin.offset % 7 < 2;
  return { ...signal, receivedAt: signal.receivedAt + (slow ? TIMELY_MS : 0) };
}

/** One life after the other over the same stores; the last one undisturbed. */
async function livesOf(delivered: Signal[], plans: LifePlan[], told: InMemoryStore, random: () => number) {
  const log = new SignalLog(delivered);
  const store = new InMemoryStore();
  const lives: ReturnType<typeof live>[] = [];
  for (const [epoch, plan] of [...plans, UNDISTURBED].entries()) {
    const marks = new ToldBefore(store, told, 0);
    const parts = storeWith(store, marks);
    const announcer = new Announcer(NOTIFICATIONS, marks);
    const life = live(log, parts, plan, epoch, random, () => undefined, { announcer });
    lives.push(life);
    await Promise.race([life.replaced, life.done]);
  }
  await Promise.all(lives.map(({ done }) => done));
  expect(lives.flatMap(({ fatal }) => fatal)).toEqual([]);
  return store;
}

function storeWith(store: InMemoryStore, marks: ToldBefore): Store {
  return {
    load: store.load.bind(store),
    commit: store.commit.bind(store),
    writeViews: store.writeViews.bind(store),
    loadAll: marks.loadAll.bind(marks),
    save: marks.save.bind(marks),
  };
}

const idsOf = (notices: readonly { id: string }[]) => notices.map(({ id }) => id).sort();

it('tells what an undisturbed run tells, whatever is lost and whoever dies; and of what was built anew, nothing', async () => {
  const plan: fc.Arbitrary<LifePlan> = fc.record({
    batchSize: fc.integer({ min: 1, max: 5 }),
    lostPercent: fc.constantFrom(0, 20, 60),
    diesAtCall: fc.integer({ min: 2, max: 40 }),
    appliesLastCall: fc.boolean(),
    zombie: fc.boolean(),
  });
  let noticed = 0;
  await fc.assert(
    fc.asyncProperty(
      signalStreams({ vehicles: 3, minLength: 20, maxLength: 50 }),
      fc.array(plan, { minLength: 1, maxLength: 4 }),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      async ({ signals, delivered }, plans, randoms) => {
        const random = () => randoms.next().value ?? 0;
        const calm = await livesOf(signals.map(delayed), [], new InMemoryStore(), random);
        const told = new InMemoryStore();
        const stormy = await livesOf(delivered.map(delayed), plans, told, random);
        noticed += calm.notices.size;
        expect(idsOf(calm.pending)).toEqual(idsOf(noticesOf(signals.map(delayed), NOTIFICATIONS)));
        expect(stormy.notices).toEqual(calm.notices);
        expect(idsOf(stormy.pending)).toEqual(idsOf(calm.pending));

        const anew = await livesOf(signals.map(delayed), [], told, random);
        expect(anew.notices).toEqual(calm.notices);
        expect(anew.pending).toEqual([]);
      },
    ),
    { numRuns: 30, endOnFailure: true },
  );
  expect(noticed).toBeGreaterThan(100);
}, 60_000);
