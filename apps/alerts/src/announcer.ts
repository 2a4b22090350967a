import { SILENCE } from '@navora/rules';
import type { Signal } from '@navora/schemas';
import type { Alert, Told, VehicleState } from './alert.js';
import { noticeId, type Announcement, type Notice, type Withdrawn } from './notice.js';
import type { Notifications } from './notifications-file.js';
import type { ToldTransition } from './notifications-schema.js';
import { targetsOf, type Target } from './recipients.js';

/** A reading that took longer to reach us tells of the past, and wakes nobody. */
export const TIMELY_MS = 10 * 60_000;

/** What was told of a vehicle before its alerts were, perhaps, built anew. */
export interface Horizon {
  /** Signals with this origin offset and lower ones have had their say; -1 when none has. */
  of(vehicleId: string): number;
}

/** One transition of one alert that people are to hear of. */
interface Occasion {
  readonly transition: ToldTransition;
  readonly alert: Alert;
}

/**
 * Decides what of a transition is told to whom. It goes by the signal and by the vehicle's state alone, never by
 * the time it is asked at, so whoever makes the transition decides the same.
 */
export class Announcer {
  constructor(
    private readonly notifications: Notifications | undefined,
    private readonly horizon: Horizon,
  ) {}

  /** A reading that came in time confirms an alert that nobody was told of: that is a transition of its own. */
  owes(state: VehicleState | undefined, signal: Signal): boolean {
    return this.notifications !== undefined && owed(state, signal).length > 0;
  }

  /**
   * The transition with what it tells, and with what the next one must know about it.
   * @param late the signal came after a newer one was judged.
   */
  announced(
    before: VehicleState | undefined,
    next: VehicleState,
    signal: Signal,
    late: boolean,
  ): VehicleState {
    const { notifications } = this;
    if (!notifications) return next;
    const { occasions, unannounced } = occasionsOf(before, next, signal, late);
    const windows = new Windows(before?.told ?? {}, signal);
    const notices: Notice[] = [];
    for (const { transition, alert } of occasions) {
      for (const target of targetsOf(notifications, transition, alert)) {
        const { channel, audience } = target;
        const id = noticeId(alert, transition, signal.messageId, channel, audience);
        const dueAt = windows.place(target, alert.rule, id);
        notices.push({ id, transition, alert, channel, audience, receivedAt: signal.receivedAt, dueAt });
      }
    }
    const announcement: Announcement = {
      notices,
      withdrawn: windows.withdrawn,
      known: signal.origin.offset <= this.horizon.of(signal.vehicleId),
    };
    return {
      ...next,
      unannounced,
      told: windows.told,
      last: { ...next.last, announcement },
    };
  }
}

function isTimely({ receivedAt, recordedAt }: Signal): boolean {
  return receivedAt - recordedAt <= TIMELY_MS;
}

/** Alerts that nobody was told of and that this signal confirms. */
function owed(state: VehicleState | undefined, signal: Signal): Alert[] {
  if (!state?.unannounced?.length || !isTimely(signal)) return [];
  const breached = new Set(
    signal.verdicts.filter(({ outcome }) => outcome === 'breach').map(({ rule }) => rule),
  );
  return state.open.filter(({ id, rule }) => breached.has(rule) && state.unannounced?.includes(id));
}

function occasionsOf(
  before: VehicleState | undefined,
  next: VehicleState,
  signal: Signal,
  late: boolean,
): { occasions: Occasion[]; unannounced: string[] } {
  const timely = isTimely(signal) && !late;
  const unannounced = new Set(before?.unannounced);
  const occasions: Occasion[] = [];
  for (const { transition, alert } of next.last.changes) {
    if (transition === 'recorded-late') continue;
    if (transition === 'cleared') {
      // Whoever never heard of an alert need not hear of its end. Silence ends when something is received.
      const isNews = timely || alert.measurement === SILENCE;
      if (!unannounced.delete(alert.id) && isNews) occasions.push({ transition, alert });
    } else if (timely) {
      unannounced.delete(alert.id);
      occasions.push({ transition, alert });
    } else unannounced.add(alert.id);
  }
  if (!late) {
    for (const alert of owed({ ...next, unannounced: [...unannounced] }, signal)) {
      unannounced.delete(alert.id);
      occasions.push({ transition: 'opened', alert });
    }
  }
  return { occasions, unannounced: [...unannounced] };
}

/**
 * At most one notification of a vehicle, a rule and a target in a window. What comes within it waits for its end,
 * and is overtaken by what comes after it: the last word is always told. Windows run by the bridge's clock.
 */
class Windows {
  readonly told: Record<string, Told>;
  readonly withdrawn: Withdrawn[] = [];

  constructor(
    before: Readonly<Record<string, Told>>,
    private readonly signal: Signal,
  ) {
    this.told = Object.fromEntries(
      Object.entries(before).filter(([, told]) => signal.receivedAt < endOf(told)),
    );
  }

  /** @returns when it is due. */
  place({ channel, audience, atMostEveryMs }: Target, rule: string, id: string): number {
    const { receivedAt } = this.signal;
    const key = `${rule}/${channel}/${audience}`;
    const window = this.told[key];
    if (!window || atMostEveryMs === 0) {
      if (atMostEveryMs > 0) this.told[key] = { until: receivedAt + atMostEveryMs, everyMs: atMostEveryMs };
      return receivedAt;
    }
    // What waited for the end of the window has begun the next one.
    const begun = receivedAt >= window.until;
    const until = begun ? endOf(window) : window.until;
    if (!begun && window.waiting !== undefined)
      this.withdrawn.push({ id: window.waiting, channel, dueAt: window.until });
    this.told[key] = { until, everyMs: atMostEveryMs, waiting: id };
    return until;
  }
}

/** From when on a window concerns nobody any more. */
function endOf({ until, everyMs, waiting }: Told): number {
  return waiting === undefined ? until : until + everyMs;
}
