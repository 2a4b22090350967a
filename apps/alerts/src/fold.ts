import { alertId, type Signal, type Verdict } from '@navora/schemas';
import type { Alert, Change, Marks, OpenAlerts, Severity, VehicleState } from './alert.js';

/** What an alert tells about its rule, besides the rule's name. */
export type DescribeRule = (rule: string) => { severity: Severity; measurement: string };

export interface Folded {
  readonly outcome: 'judged' | 'late' | 'suspect' | 'replayed';
  /** How far the vehicle's signals are applied once the changes are. */
  readonly marks: Marks;
  /** Empty for most signals: they are worth nothing but their marks. */
  readonly changes: readonly Change[];
}

const NOTHING: readonly Change[] = [];

/**
 * One step of the fold that alerts are (docs/contracts.md, "Rules, verdicts and alerts"): what a signal changes
 * for a vehicle with these marks and open alerts. The same signals give the same alerts, however often and from
 * wherever they are repeated: what is at or below the origin mark has had its effect.
 *
 * @throws Error for a signal from another partition of readings than the vehicle's: its offset says nothing here.
 */
export function fold(
  marks: Marks | undefined,
  open: OpenAlerts,
  signal: Signal,
  describe: DescribeRule,
): Folded {
  if (marks && signal.origin.partition !== marks.originPartition) {
    throw new Error(
      `${signal.vehicleId} lives in partition ${marks.originPartition} of the readings, not in ${signal.origin.partition}`,
    );
  }
  if (marks && signal.origin.offset <= marks.originOffset) {
    return { outcome: 'replayed', marks, changes: NOTHING };
  }
  if (signal.clockSuspect) {
    return { outcome: 'suspect', marks: moved(marks, signal, false), changes: NOTHING };
  }
  const late = marks !== undefined && !follows(signal, marks);
  const changes = late ? lateChanges(signal, describe) : timelyChanges(open, signal, describe);
  return { outcome: late ? 'late' : 'judged', marks: moved(marks, signal, !late), changes };
}

/** The state after a transition; `before` is undefined for a vehicle's first. */
export function stateAfter(before: VehicleState | undefined, signal: Signal, folded: Folded): VehicleState {
  let open = before?.open ?? [];
  for (const { transition, alert } of folded.changes) {
    if (transition === 'recorded-late') continue;
    open = open.filter(({ rule }) => rule !== alert.rule);
    if (transition === 'opened') open = [...open, alert];
  }
  return {
    version: (before?.version ?? 0) + 1,
    marks: folded.marks,
    open,
    last: { id: `${signal.origin.partition}/${signal.origin.offset}`, changes: folded.changes },
  };
}

function follows(signal: Signal, { recordedAt, messageId }: Marks): boolean {
  if (recordedAt === null || messageId === null) return true;
  return signal.recordedAt !== recordedAt ? signal.recordedAt > recordedAt : signal.messageId > messageId;
}

function moved(marks: Marks | undefined, signal: Signal, orderKeyToo: boolean): Marks {
  return {
    originPartition: signal.origin.partition,
    originOffset: signal.origin.offset,
    recordedAt: orderKeyToo ? signal.recordedAt : (marks?.recordedAt ?? null),
    messageId: orderKeyToo ? signal.messageId : (marks?.messageId ?? null),
  };
}

function timelyChanges(open: OpenAlerts, signal: Signal, describe: DescribeRule): readonly Change[] {
  let changes: Change[] | undefined;
  for (const verdict of signal.verdicts) {
    const alert = open.find(({ rule }) => rule === verdict.rule);
    if (verdict.outcome === 'breach' && !alert) {
      (changes ??= []).push({ transition: 'opened', alert: opened(signal, verdict, describe) });
    } else if (verdict.outcome === 'normal' && alert) {
      (changes ??= []).push({ transition: 'cleared', alert: cleared(alert, signal, verdict) });
    }
  }
  return changes ?? NOTHING;
}

function lateChanges(signal: Signal, describe: DescribeRule): readonly Change[] {
  return signal.verdicts
    .filter(({ outcome }) => outcome === 'breach')
    .map((verdict) => {
      const alert = { ...opened(signal, verdict, describe), late: true };
      return { transition: 'recorded-late', alert: cleared(alert, signal, verdict) };
    });
}

function opened(signal: Signal, { rule, value }: Verdict, describe: DescribeRule): Alert {
  return {
    id: alertId(signal.vehicleId, rule, signal.recordedAt, signal.messageId),
    vehicleId: signal.vehicleId,
    rule,
    ...describe(rule),
    status: 'open',
    late: false,
    value,
    openedAt: signal.recordedAt,
    openedBy: signal.messageId,
    ruleVersion: signal.ruleVersion,
  };
}

function cleared(alert: Alert, signal: Signal, { value }: Verdict): Alert {
  return {
    ...alert,
    status: 'cleared',
    clearedAt: signal.recordedAt,
    clearedBy: signal.messageId,
    clearedValue: value,
  };
}
