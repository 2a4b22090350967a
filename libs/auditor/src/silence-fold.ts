import { ruleFor } from './clauses.js';
import type { Pulse, SignalRecord } from './evidence.js';
import { alertIdOf } from './ids.js';
import type { FoldedAlert } from './rule-life.js';
import type { Rule } from './rules.js';

/**
 * The alerts of one vehicle's silence. A pulse says that all that was received until then is signalled before it, so
 * what goes on is: the vehicle's last signal, then pulses, then perhaps another signal.
 *
 * @param signals of the vehicle, in the order of their partition
 * @param pulses of that partition, in its order
 */
export function foldSilence(
  vehicleId: string,
  signals: readonly SignalRecord[],
  pulses: readonly Pulse[],
  rules: readonly Rule[],
): FoldedAlert[] {
  const about = rules.flatMap((rule) => {
    const of = ruleFor(rule, vehicleId);
    return of?.silentMs === undefined ? [] : [{ ...of, silentMs: of.silentMs }];
  });
  if (about.length === 0) return [];
  const fresh = firstAppearances(signals);
  let at = 0;
  return fresh.flatMap((last, index) => {
    const next = fresh[index + 1];
    const until = (offset: bigint) => {
      const from = at;
      while ((pulses[at]?.offset ?? offset) < offset) at++;
      return pulses.slice(from, at);
    };
    until(last.offset);
    const between = next === undefined ? pulses.slice(at) : until(next.offset);
    return about.flatMap((rule): FoldedAlert[] => {
      const broken = between.find(
        ({ since, upTo }) => upTo - Math.max(since, last.receivedAt) >= rule.silentMs,
      );
      if (broken === undefined) return [];
      const opened: FoldedAlert = {
        vehicleId,
        id: alertIdOf(vehicleId, rule.id, last.recordedAt, last.messageId),
        rule: rule.id,
        ...(rule.severity === undefined ? {} : { severity: rule.severity }),
        ...{ status: 'open', late: false, measurement: 'silence', value: rule.silentMs / 1000 },
        openedAt: Math.max(broken.since, last.receivedAt) + rule.silentMs,
        openedBy: last.messageId,
      };
      if (next === undefined) return [opened];
      return [{ ...opened, status: 'cleared', clearedAt: next.receivedAt, clearedBy: next.messageId }];
    });
  });
}

export function mayBeAboutSilence({ silentMs, exceptions = [] }: Rule): boolean {
  return silentMs !== undefined || exceptions.some(({ rule }) => rule?.silentMs !== undefined);
}

/** A signal that appears again says nothing new: its origin is at or below one before it. */
function firstAppearances(signals: readonly SignalRecord[]): SignalRecord[] {
  let highest = -1n;
  return signals.filter(({ origin }) => {
    if (origin.offset <= highest) return false;
    highest = origin.offset;
    return true;
  });
}
