import { alertId, type Signal, type Timing, type Verdict } from '@navora/schemas';
import type { Alert } from '../alert.js';
import { AT_ONCE } from '../holds.js';
import { describeRule } from './a-signal.js';

/** One reading, as far as one rule is concerned. */
interface Told {
  signal: Signal;
  at: number;
  /** Undefined: the rule is switched off. */
  verdict: Verdict | undefined;
  timing: Timing;
}

/**
 * For tests: what the alerts of signals are, said as plainly as possible, by looking back at everything again for
 * each reading instead of carrying a state.
 */
export function alertsOf(signals: readonly Signal[], tell: Tell = () => undefined): Alert[] {
  const judged = signals.filter(({ clockSuspect }) => !clockSuspect);
  const rules = new Set(judged.flatMap(({ verdicts }) => verdicts.map(({ rule }) => rule)));
  return [...new Set(judged.map(({ vehicleId }) => vehicleId))].flatMap((vehicleId) => {
    const own = judged.filter((signal) => signal.vehicleId === vehicleId);
    const timely: Signal[] = [];
    const late: Signal[] = [];
    for (const signal of own) {
      const highest = timely.at(-1);
      (highest === undefined || follows(signal, highest) ? timely : late).push(signal);
    }
    return [...rules].flatMap((rule) => [
      ...timelyAlerts(toldAbout(rule, timely), tell),
      ...lateAlerts(
        toldAbout(rule, late).filter(({ verdict }) => verdict !== undefined),
        tell,
      ),
    ]);
  });
}

/** Their history, as `id transition`. */
export function historyOf(signals: readonly Signal[]): string[] {
  const lines: string[] = [];
  alertsOf(signals, (alert, transition) => lines.push(`${alert.id} ${transition}`));
  return lines;
}

type Tell = (alert: Alert, transition: string) => void;

function follows(one: Signal, other: Signal): boolean {
  if (one.recordedAt !== other.recordedAt) return one.recordedAt > other.recordedAt;
  return one.messageId > other.messageId;
}

function toldAbout(rule: string, signals: readonly Signal[]): Told[] {
  return signals.flatMap((signal) => {
    const verdict = signal.verdicts.find((one) => one.rule === rule);
    if (!verdict && !signal.off.includes(rule)) return [];
    return [{ signal, at: signal.recordedAt, verdict, timing: verdict?.timing ?? AT_ONCE }];
  });
}

function timelyAlerts(told: readonly Told[], tell: Tell): Alert[] {
  const alerts: Alert[] = [];
  let open = false;
  let from = 0;
  for (const [index, one] of told.entries()) {
    const since = told.slice(from, index + 1);
    const last = alerts.at(-1);
    if (open && last) {
      if (!clears(since)) continue;
      alerts[alerts.length - 1] = cleared(last, one);
      tell(last, 'cleared');
      open = false;
    } else {
      const begin = opensSince(since);
      if (begin === undefined) continue;
      // What was switched off is not opened again: it is another alert that opens.
      const again = last?.clearedAt !== undefined && begin - last.clearedAt <= reopenWithin(told, last);
      if (again && last) alerts[alerts.length - 1] = reopened(last, one);
      else alerts.push(opened(one));
      tell(again && last ? last : opened(one), again ? 'reopened' : 'opened');
      open = true;
    }
    from = index + 1;
  }
  return alerts;
}

/** As the reading that cleared it said. */
function reopenWithin(told: readonly Told[], alert: Alert): number {
  const clearing = told.find(({ signal }) => signal.messageId === alert.clearedBy);
  const { reopenWithinMs } = clearing?.verdict ? clearing.timing : AT_ONCE;
  return reopenWithinMs > 0 ? reopenWithinMs : Number.NEGATIVE_INFINITY;
}

/** When the breach began that the last of these makes an alert of. */
function opensSince(told: readonly Told[]): number | undefined {
  const last = told.at(-1);
  if (last?.verdict?.outcome !== 'breach') return undefined;
  const { forMs, repeatTimes, repeatWithinMs } = last.timing;
  if (repeatTimes > 1) {
    const on = told.slice(told.findLastIndex(({ verdict }) => verdict === undefined) + 1);
    const counted = on.filter((one) => isBreach(one) && last.at - one.at <= repeatWithinMs);
    return counted.length >= repeatTimes ? counted[0]?.at : undefined;
  }
  const begin = beginOf(told, 'breach');
  return last.at - begin >= forMs ? begin : undefined;
}

function clears(told: readonly Told[]): boolean {
  const last = told.at(-1);
  if (last?.verdict === undefined) return true;
  return last.verdict.outcome === 'normal' && last.at - beginOf(told, 'normal') >= last.timing.clearForMs;
}

/** The first of the uninterrupted run of one outcome at the end. */
function beginOf(told: readonly Told[], outcome: string): number {
  const last = told.at(-1);
  let begin = last?.at ?? Number.NaN;
  for (const one of [...told].reverse()) {
    if (one.verdict?.outcome !== outcome) break;
    if (begin - one.at > (last?.timing.maxGapMs ?? Number.POSITIVE_INFINITY)) break;
    begin = one.at;
  }
  return begin;
}

function lateAlerts(told: readonly Told[], tell: Tell): Alert[] {
  const alerts: Alert[] = [];
  let from = 0;
  for (const [index, one] of told.entries()) {
    if (!isBreach(one)) continue;
    const { forMs, maxGapMs, repeatTimes, repeatWithinMs } = one.timing;
    if (repeatTimes > 1) {
      const counted = forwardTo(one, told.slice(from, index + 1).filter(isBreach));
      if (counted.filter(({ at }) => one.at - at <= repeatWithinMs).length < repeatTimes) continue;
      from = index + 1;
    } else if (forMs > 0) {
      if (maxGapMs === null) continue;
      const run = told.slice(0, index + 1);
      const shown = (some: readonly Told[]) => {
        const forward = forwardTo(some.at(-1) ?? one, some);
        return (some.at(-1)?.at ?? 0) - beginOf(forward, 'breach') >= forMs;
      };
      if (!shown(run)) continue;
      // Once for each run: it is told at the first reading that shows it.
      const before = told[index - 1];
      if (before && isBreach(before) && one.at >= before.at && one.at - before.at <= maxGapMs)
        if (shown(told.slice(0, index))) continue;
    }
    alerts.push({ ...cleared(opened(one), one), late: true });
    tell(opened(one), 'recorded-late');
  }
  return alerts;
}

/** The end of a list in which time only goes forward. */
function forwardTo(last: Told, told: readonly Told[]): readonly Told[] {
  const begin = told.findLastIndex(({ at }, index) => at > (told[index + 1] ?? last).at);
  return told.slice(begin + 1);
}

const isBreach = ({ verdict }: Told) => verdict?.outcome === 'breach';

function opened({ signal, verdict }: Told): Alert {
  const rule = verdict?.rule ?? '';
  return {
    id: alertId(signal.vehicleId, rule, signal.recordedAt, signal.messageId),
    vehicleId: signal.vehicleId,
    rule,
    ...describeRule(rule),
    status: 'open',
    late: false,
    value: verdict?.value ?? Number.NaN,
    openedAt: signal.recordedAt,
    openedBy: signal.messageId,
    ruleVersion: signal.ruleVersion,
  };
}

function cleared({ clearedValue: _, ...alert }: Alert, { signal, verdict }: Told): Alert {
  return {
    ...alert,
    status: 'cleared',
    clearedAt: signal.recordedAt,
    clearedBy: signal.messageId,
    ...(verdict && { clearedValue: verdict.value }),
  };
}

function reopened(
  { clearedAt: _at, clearedBy: _by, clearedValue: _value, ...alert }: Alert,
  { signal, verdict }: Told,
): Alert {
  return {
    ...alert,
    status: 'open',
    reopenedAt: signal.recordedAt,
    reopenedBy: signal.messageId,
    ...(verdict && { reopenedValue: verdict.value }),
  };
}
