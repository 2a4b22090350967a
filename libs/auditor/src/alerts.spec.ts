import { describe, expect, it } from 'vitest';
import * as world from './a-good-world.js';
import type { AlertRow } from './evidence.js';
import { brokenBy, replace, at, type Lie } from './forged.fixture.js';
import { messageIdOf } from './ids.js';
import { slotOf } from './placement.js';

const { START } = world;

describe('I7: alerts are those the rules demand', () => {
  /** The lie told in the table, its history and both views alike. */
  const everywhere = (change: (alert: AlertRow) => Partial<AlertRow>): Lie => {
    return ({ alerts, alertsByDay, openAlerts }) => ({
      alerts: alerts.map((alert) => ({ ...alert, ...change(alert) })),
      alertsByDay: alertsByDay.map((alert) => ({ ...alert, ...change(alert) })),
      openAlerts: openAlerts.map((alert) => ({ ...alert, ...change(alert) })),
    });
  };
  const only = (nth: number, change: Partial<AlertRow>) => {
    const { id } = at(world.aGoodWorld().alerts, nth);
    return everywhere((alert) => (alert.id === id ? change : {}));
  };
  const dropped: Lie = (good) => {
    const { id } = at(good.alerts, 1);
    const keep = <T extends { id?: string; alertId?: string }>(all: readonly T[]) =>
      all.filter((it) => it.id !== id && it.alertId !== id);
    return {
      alerts: keep(good.alerts),
      alertHistory: keep(good.alertHistory),
      alertsByDay: keep(good.alertsByDay),
    };
  };

  it('a missing alert', () => expect(brokenBy(dropped)).resolves.toEqual(['I7 alerts missing']));

  it('is not judged while consumers are behind', async () => {
    const lags = [
      { group: 'navora-alerts', topic: 'telemetry.signals.v1', partition: 3, committed: 8n, end: 10n },
    ];
    await expect(brokenBy((good) => ({ ...dropped(good), lags }))).resolves.toEqual(['I9 lag']);
    await expect(brokenBy((good) => ({ ...dropped(good), lags, waited: false }))).resolves.toEqual([]);
  });

  it('an extra alert, which also is a second open one of its rule', async () => {
    await expect(
      brokenBy(({ alerts, alertHistory, alertsByDay, openAlerts }) => {
        const id = messageIdOf('another', Buffer.of(1));
        const history = alertHistory
          .filter((row) => row.alertId === at(alerts, 2).id)
          .map((row) => ({ ...row, alertId: id }));
        return {
          alerts: [...alerts, { ...at(alerts, 2), id }],
          alertHistory: [...alertHistory, ...history],
          alertsByDay: [...alertsByDay, { ...at(alertsByDay, 2), id }],
          openAlerts: [...openAlerts, { ...at(openAlerts, 0), id }],
        };
      }),
    ).resolves.toEqual(['I7 alerts extra']);
  });

  it.each<[string, number, Partial<AlertRow>]>([
    ['late alert not marked late', 1, { late: false }],
    ['wrong value', 2, { value: 11 }],
    ['wrong rule', 2, { rule: 'hot' }],
    ['alert cleared by another reading', 0, { clearedAt: START + 4000 }],
    ['alert opened at another time', 0, { openedAt: START + 4000 }],
  ])('a %s', (_, nth, change) => expect(brokenBy(only(nth, change))).resolves.toEqual(['I7 alerts wrong']));

  it('an alert wrongly still open', async () => {
    await expect(
      brokenBy(({ alerts, alertsByDay, openAlerts, alertHistory }) => {
        const { clearedAt: _at, clearedBy: _by, clearedValue: _value, ...rest } = at(alerts, 0);
        const open: AlertRow = { ...rest, status: 'open' };
        return {
          alerts: [open, ...alerts.slice(1)],
          alertsByDay: [{ ...open, partition: at(alertsByDay, 0).partition }, ...alertsByDay.slice(1)],
          openAlerts: [...openAlerts, { ...open, partition: String(slotOf(open.vehicleId, 16)) }],
          alertHistory: alertHistory.filter((row) => row.alertId !== open.id || row.transition !== 'cleared'),
        };
      }),
    ).resolves.toEqual(['I7 alerts wrong']);
  });

  it('a transition recorded twice, or not at all', async () => {
    await expect(
      brokenBy(({ alertHistory }) => ({ alertHistory: [...alertHistory, at(alertHistory, 0)] })),
    ).resolves.toEqual(['I7 alerts wrong']);
    await expect(brokenBy(({ alertHistory }) => ({ alertHistory: alertHistory.slice(1) }))).resolves.toEqual([
      'I7 alerts wrong',
    ]);
  });

  it('an open alert left behind in its view after it was cleared', async () => {
    await expect(
      brokenBy(({ alerts, openAlerts }) => ({
        openAlerts: [...openAlerts, { ...at(alerts, 0), status: 'open', partition: '0' }],
      })),
    ).resolves.toEqual(['I7 alert views wrong']);
  });

  it('an alert missing from its view, or standing under another day', async () => {
    await expect(brokenBy(() => ({ openAlerts: [] }))).resolves.toEqual(['I7 alert views wrong']);
    await expect(
      brokenBy(({ alertsByDay }) => ({
        alertsByDay: replace(alertsByDay, at(alertsByDay, 0), { partition: '2026-11-23' }),
      })),
    ).resolves.toEqual(['I7 alert views wrong']);
  });
});
