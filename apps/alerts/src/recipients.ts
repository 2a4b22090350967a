import { fits as fitsVehicle } from '@navora/rules';
import type { Alert } from './alert.js';
import type { Notifications, Route } from './notifications-file.js';
import type { Audience, ToldTransition } from './notifications-schema.js';

/** A way to people: what a notification is addressed to, whoever stands behind it. */
export interface Target {
  readonly channel: string;
  readonly audience: Audience;
  readonly atMostEveryMs: number;
}

/** Where a transition is told. Routes with the same channel and audience are one target, so nobody is told twice. */
export function targetsOf(
  notifications: Notifications,
  transition: ToldTransition,
  { severity, vehicleId }: Alert,
): Target[] {
  const targets = new Map<string, Target>();
  for (const route of notifications.routes) {
    const { channel, to: audience } = route;
    if (!fits(route, transition, severity)) continue;
    if (audience === 'driver' && driverOf(notifications, vehicleId) === undefined) continue;
    const key = `${channel}/${audience}`;
    const atMostEveryMs = Math.max(route.atMostEveryMs, targets.get(key)?.atMostEveryMs ?? 0);
    targets.set(key, { channel, audience, atMostEveryMs });
  }
  return [...targets.values()];
}

/** Asked when it is sent, so that no address is stored, and a corrected one counts. */
export function addressesOf(
  notifications: Notifications,
  { channel, audience }: Pick<Target, 'channel' | 'audience'>,
  transition: ToldTransition,
  { severity, vehicleId }: Alert,
): string[] {
  if (audience === 'driver') {
    const driver = driverOf(notifications, vehicleId);
    return driver === undefined ? [] : [driver];
  }
  const routes = notifications.routes.filter(
    (route) => route.channel === channel && route.to === audience && fits(route, transition, severity),
  );
  return [...new Set(routes.flatMap(({ addresses }) => addresses))];
}

function fits(route: Route, transition: ToldTransition, severity: Alert['severity']): boolean {
  return route.transitions.includes(transition) && route.severities.includes(severity);
}

function driverOf({ drivers }: Notifications, vehicleId: string): string | undefined {
  return drivers.find(([vehicles]) => fitsVehicle(vehicles, vehicleId))?.[1];
}
