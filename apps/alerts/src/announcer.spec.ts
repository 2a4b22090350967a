import { describe, expect, it } from 'vitest';
import type { Signal } from '@navora/schemas';
import type { Marks, VehicleState } from './alert.js';
import { Announcer } from './announcer.js';
import { fold, stateAfter } from './fold.js';
import type { Notifications } from './notifications-file.js';
import { aSignal, describeRule, verdict } from './testing/a-signal.js';
import { someNotifications } from './testing/some-notifications.js';

const MINUTE = 60_000;
const breach = (offset: number, over: Partial<Signal> = {}) =>
  aSignal({ offset, verdicts: [verdict('engine', 'breach')], ...over });
const normal = (offset: number, over: Partial<Signal> = {}) =>
  aSignal({ offset, verdicts: [verdict('engine', 'normal')], ...over });
/** A reading that came so long after it was made. */
const receivedAfter = (signal: Signal, ms: number): Signal => ({
  ...signal,
  receivedAt: signal.recordedAt + ms,
});

/** What of these signals is told, in the order it is decided: `opened mail/administration`. */
function told(signals: readonly Signal[], notifications: Notifications | undefined, horizon = -1) {
  const announcer = new Announcer(notifications, { of: () => horizon });
  let state: VehicleState | undefined;
  let marks: Marks | undefined;
  const announcements = signals.flatMap((signal) => {
    const folded = fold(marks, state, signal, describeRule);
    marks = folded.marks;
    const owes = folded.outcome === 'judged' && announcer.owes(state, signal);
    if (folded.changes.length === 0 && !owes) return [];
    state = announcer.announced(state, stateAfter(state, signal, folded), signal, folded.outcome === 'late');
    return state.last.announcement ? [state.last.announcement] : [];
  });
  const notices = announcements.flatMap((one) => one.notices);
  const withdrawn = new Set(announcements.flatMap((one) => one.withdrawn.map(({ id }) => id)));
  return {
    notices,
    words: notices.map(({ transition, channel, audience }) => `${transition} ${channel}/${audience}`),
    going: notices.filter(({ id }) => !withdrawn.has(id)),
    known: announcements.map(({ known }) => known),
    state,
  };
}

describe('what is told of a transition', () => {
  it('goes to every route that fits its severity and kind, and to the driver if there is one', () => {
    const notifications = someNotifications(
      `  - { channel: mail, addresses: [a@x.org], severities: [critical] }
  - { channel: mail, addresses: [b@x.org], severities: [info] }
  - { channel: chat, transitions: [opened] }
  - { channel: mail, to: driver }`,
      'drivers: { "truck-*": anna@x.org }',
    );
    expect(told([breach(1)], notifications).words).toEqual([
      'opened mail/administration',
      'opened chat/administration',
      'opened mail/driver',
    ]);
    expect(told([breach(1, { vehicleId: 'van-1' })], notifications).words).toEqual([
      'opened mail/administration',
      'opened chat/administration',
    ]);
  });

  it('is nothing at all without notifications', () => {
    expect(told([breach(1), normal(2)], undefined).state).not.toHaveProperty('told');
    expect(told([breach(1), normal(2)], undefined).words).toEqual([]);
  });

  it('has ids that differ by everything, and are the same whoever decides', () => {
    const routes = `  - { channel: mail, addresses: [a@x.org], atMostEvery: 0s }
  - { channel: chat, atMostEvery: 0s }`;
    const once = told([breach(1), normal(2), breach(3)], someNotifications(routes)).notices;
    const again = told([breach(1), normal(2), breach(3)], someNotifications(routes)).notices;
    expect(new Set(once.map(({ id }) => id)).size).toBe(6);
    expect(again).toEqual(once);
  });
});

describe('readings that come late', () => {
  const notifications = someNotifications();

  it('wake nobody when a newer one was judged before', () => {
    const late = breach(2, { recordedAt: aSignal({ offset: 1 }).recordedAt - 60_000 });
    expect(told([normal(1), late], notifications).words).toEqual([]);
  });

  it('wake nobody when they were received more than ten minutes after they were made', () => {
    const buffered = [breach(1), normal(2), breach(3), normal(4)].map((one) =>
      receivedAfter(one, 11 * MINUTE),
    );
    expect(told(buffered, notifications).words).toEqual([]);
    expect(told([receivedAfter(breach(1), 10 * MINUTE)], notifications).words).toEqual([
      'opened mail/administration',
    ]);
  });

  it('leave it to the first that comes in time to tell what is still so, once, with the id of the opening', () => {
    const signals = [
      receivedAfter(breach(1), 20 * MINUTE),
      receivedAfter(breach(2), 19 * MINUTE),
      breach(3),
      breach(4),
    ];
    const { words, notices } = told(signals, notifications);
    expect(words).toEqual(['opened mail/administration']);
    expect(notices[0]?.alert.openedAt).toBe(signals[0]?.recordedAt);
    expect(notices[0]?.id).toBe(told([breach(1)], notifications).notices[0]?.id);
  });

  it('are not confirmed by one that neither breaches nor clears', () => {
    const between = aSignal({ offset: 2, verdicts: [verdict('engine', 'between')] });
    expect(told([receivedAfter(breach(1), 20 * MINUTE), between], notifications).words).toEqual([]);
  });

  it('are not told to have cleared when nobody heard that they opened', () => {
    expect(told([receivedAfter(breach(1), 20 * MINUTE), normal(2)], notifications).words).toEqual([]);
    expect(told([receivedAfter(breach(1), 20 * MINUTE), breach(2), normal(3)], notifications).words).toEqual([
      'opened mail/administration',
      'cleared mail/administration',
    ]);
  });
});

describe('the window of a vehicle and rule', () => {
  const routes = (atMostEvery: string) =>
    `  - { channel: mail, addresses: [a@x.org], atMostEvery: ${atMostEvery} }`;
  const flapping = Array.from({ length: 200 }, (_, index) =>
    (index % 2 === 0 ? breach : normal)(index + 1, { receivedAt: START + index * 300 }),
  );

  it('lets one of a hundred crossings in a minute through, and the last word at its end', () => {
    const { notices, going } = told(flapping, someNotifications(routes('15m')));
    expect(notices).toHaveLength(200);
    expect(going.map(({ transition, dueAt }) => [transition, dueAt - START])).toEqual([
      ['opened', 0],
      ['cleared', 15 * MINUTE],
    ]);
  });

  it('goes on from window to window while the sensor flaps on, each with one notification', () => {
    const hour = Array.from({ length: 3600 }, (_, second) =>
      (second % 2 === 0 ? breach : normal)(second + 1, { receivedAt: START + second * 1000 }),
    );
    const due = told(hour, someNotifications(routes('15m'))).going.map(
      ({ dueAt }) => (dueAt - START) / MINUTE,
    );
    expect(due).toEqual([0, 15, 30, 45, 60]);
  });

  it('is open again at once when nothing came in it', () => {
    const later = START + 16 * MINUTE;
    const signals = [breach(1), normal(2, { recordedAt: later, receivedAt: later })];
    const { going } = told(signals, someNotifications(routes('15m')));
    expect(going.map(({ dueAt, receivedAt }) => dueAt - receivedAt)).toEqual([0, 0]);
  });

  it('is of one rule: another rule of the vehicle has its own', () => {
    const both = { verdicts: [verdict('engine', 'breach'), verdict('fuel', 'breach')] };
    expect(told([breach(1, both)], someNotifications(routes('15m'))).going).toHaveLength(2);
  });

  it('of no length holds nothing back', () => {
    expect(told(flapping, someNotifications(routes('0s'))).going).toHaveLength(200);
  });
});

it('knows what was told before the alerts were built anew, and decides the same all the same', () => {
  const signals = [breach(1), normal(2), breach(3)];
  const first = told(signals, someNotifications());
  const anew = told(signals, someNotifications(), 2);
  expect(anew.notices).toEqual(first.notices);
  expect(anew.known).toEqual([true, true, false]);
});

const START = Date.UTC(2026, 10, 22, 8);
