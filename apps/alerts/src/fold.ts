import { alertId, type Signal, type Verdict } from '@navora/schemas';
import type {
  Alert,
  Change,
  LastHeard,
  Marks,
  OpenAlerts,
  Pending,
  Reopenable,
  Severity,
  VehicleState,
} from './alert.js';
import { AT_ONCE, Holds, NOTHING_PENDING } from './holds.js';
import { isSeverity } from './severity.js';
import { heardIn } from './silence.js';

/** What an alert tells about its rule, besides the rule's name, when the signal does not tell it. */
export type DescribeRule = (rule: string) => { severity: Severity; measurement: string };

export interface Folded {
  /** `silent`: no signal at all, but a heartbeat by which there should have been one. */
  readonly outcome: 'judged' | 'late' | 'suspect' | 'replayed' | 'silent';
  /** How far the vehicle's signals are applied once the changes are. */
  readonly marks: Marks;
  /** Empty for most signals: they are worth nothing but their marks. */
  readonly changes: readonly Change[];
  /** Alerts that these changes clear, and that may be opened again. */
  readonly reopenable: readonly Reopenable[];
}

/** The alerts of a vehicle that a signal can change. */
export type Standing = Pick<VehicleState, 'open' | 'reopenable'>;

const NOTHING = { changes: [] as readonly Change[], reopenable: [] as readonly Reopenable[] };
const NONE_OPEN: OpenAlerts = [];

/**
 * One step of the fold that alerts are (docs/contracts.md, "Rules, verdicts and alerts"): what a signal changes
 * for a vehicle with these marks and alerts. The same signals give the same alerts, however often and from
 * wherever they are repeated: what is at or below the origin mark has had its effect.
 *
 * @throws Error for a signal from another partition of readings than the vehicle's: its offset says nothing here.
 */
export function fold(
  marks: Marks | undefined,
  standing: Standing | undefined,
  signal: Signal,
  describe: DescribeRule,
): Folded {
  if (marks && signal.origin.partition !== marks.originPartition) {
    throw new Error(
      `${signal.vehicleId} lives in partition ${marks.originPartition} of the readings, not in ${signal.origin.partition}`,
    );
  }
  if (marks && signal.origin.offset <= marks.originOffset) {
    return { outcome: 'replayed', marks, ...NOTHING };
  }
  const step = new Step(standing, new Holds(marks?.pending ?? NOTHING_PENDING), signal, describe);
  step.endSilence(marks?.heard);
  const late = marks !== undefined && !follows(signal, marks);
  if (!signal.clockSuspect) {
    if (late) step.late();
    else step.timely();
  }
  return {
    outcome: signal.clockSuspect ? 'suspect' : late ? 'late' : 'judged',
    marks: moved(marks, signal, !late && !signal.clockSuspect, step.holds.pending),
    changes: step.changes ?? NOTHING.changes,
    reopenable: step.reopenable ?? NOTHING.reopenable,
  };
}

/** The state after a transition; `before` is undefined for a vehicle's first. */
export function stateAfter(before: VehicleState | undefined, signal: Signal, folded: Folded): VehicleState {
  let open = before?.open ?? NONE_OPEN;
  // Windows run on the vehicle's time, of which silence says nothing.
  let reopenable = before?.reopenable ?? [];
  if (folded.outcome !== 'silent')
    reopenable = reopenable.filter((one) => mayStillReopen(one, signal, folded.marks));
  for (const { transition, alert } of folded.changes) {
    if (transition === 'recorded-late') continue;
    open = open.filter(({ rule }) => rule !== alert.rule);
    reopenable = reopenable.filter((one) => one.alert.rule !== alert.rule);
    if (transition !== 'cleared') open = [...open, alert];
  }
  reopenable = [...reopenable, ...folded.reopenable];
  return {
    version: (before?.version ?? 0) + 1,
    marks: folded.marks,
    open,
    ...(reopenable.length > 0 && { reopenable }),
    last: { id: `${signal.origin.partition}/${signal.origin.offset}`, changes: folded.changes },
  };
}

/** What is under way began earlier than now. */
function mayStillReopen({ alert, until }: Reopenable, signal: Signal, { pending = [] }: Marks): boolean {
  const begun = pending.flatMap(({ rule, at }) => (rule === alert.rule ? at : []));
  return until >= Math.min(signal.recordedAt, ...begun);
}

function follows(signal: Signal, { recordedAt, messageId }: Marks): boolean {
  if (recordedAt === null || messageId === null) return true;
  return signal.recordedAt !== recordedAt ? signal.recordedAt > recordedAt : signal.messageId > messageId;
}

function moved(
  marks: Marks | undefined,
  signal: Signal,
  orderKeyToo: boolean,
  pending: readonly Pending[],
): Marks {
  const heard = heardIn(signal);
  return {
    originPartition: signal.origin.partition,
    originOffset: signal.origin.offset,
    recordedAt: orderKeyToo ? signal.recordedAt : (marks?.recordedAt ?? null),
    messageId: orderKeyToo ? signal.messageId : (marks?.messageId ?? null),
    ...(pending.length > 0 && { pending }),
    ...(heard && { heard }),
  };
}

/** What one signal does, verdict by verdict. */
class Step {
  changes: Change[] | undefined;
  reopenable: Reopenable[] | undefined;
  private readonly open: OpenAlerts;

  constructor(
    private readonly standing: Standing | undefined,
    readonly holds: Holds,
    private readonly signal: Signal,
    private readonly describe: DescribeRule,
  ) {
    this.open = standing?.open ?? NONE_OPEN;
  }

  /** Whatever a reading says, and whenever it was made: the vehicle is silent no more. */
  endSilence(heard: LastHeard | undefined): void {
    if (this.open.length === 0) return;
    const rules = new Set([...(heard?.silences ?? []), ...this.signal.silences].map(({ rule }) => rule));
    if (rules.size === 0) return;
    for (const alert of this.open) {
      if (!rules.has(alert.rule)) continue;
      const { receivedAt, messageId } = this.signal;
      this.change('cleared', { ...alert, status: 'cleared', clearedAt: receivedAt, clearedBy: messageId });
    }
  }

  timely(): void {
    const isQuiet = this.open.length === 0 && this.holds.isEmpty;
    for (const verdict of this.signal.verdicts) {
      // Nearly all there is: it costs nothing.
      if (isQuiet && verdict.outcome !== 'breach') continue;
      const alert = this.open.find(({ rule }) => rule === verdict.rule);
      if (alert) this.whileOpen(alert, verdict);
      else this.whileNoneIsOpen(verdict);
    }
    for (const rule of this.signal.off) this.switchedOff(rule);
  }

  late(): void {
    for (const verdict of this.signal.verdicts) {
      if (verdict.outcome !== 'breach') this.holds.end(verdict.rule, 'late-open');
      else if (this.holds.lateBreach(verdict, this.signal.recordedAt)) {
        const alert = cleared({ ...this.opened(verdict), late: true }, this.signal, verdict);
        this.change('recorded-late', alert);
      }
    }
  }

  private whileOpen(alert: Alert, verdict: Verdict): void {
    const { rule, outcome, timing } = verdict;
    const { recordedAt } = this.signal;
    if (outcome !== 'normal') return this.holds.end(rule, 'clear');
    if (!this.holds.normal(verdict, recordedAt)) return;
    const { reopenWithinMs } = timing ?? AT_ONCE;
    const after = cleared(alert, this.signal, verdict);
    this.change('cleared', after);
    if (reopenWithinMs > 0)
      (this.reopenable ??= []).push({ alert: after, until: recordedAt + reopenWithinMs });
  }

  private whileNoneIsOpen(verdict: Verdict): void {
    if (verdict.outcome !== 'breach') return this.holds.end(verdict.rule, 'open');
    const since = this.holds.breach(verdict, this.signal.recordedAt);
    if (since === undefined) return;
    this.holds.end(verdict.rule, 'open', 'count');
    const before = this.standing?.reopenable?.find(({ alert }) => alert.rule === verdict.rule);
    if (before && since <= before.until)
      this.change('reopened', reopened(before.alert, this.signal, verdict));
    else this.change('opened', this.opened(verdict));
  }

  /** No reading will ever say that it is normal again. */
  private switchedOff(rule: string): void {
    this.holds.end(rule, 'open', 'count', 'clear');
    const alert = this.open.find((one) => one.rule === rule);
    if (alert) this.change('cleared', cleared(alert, this.signal, undefined));
  }

  private change(transition: Change['transition'], alert: Alert): void {
    (this.changes ??= []).push({ transition, alert });
  }

  private opened({ rule, value, severity, measurement }: Verdict): Alert {
    const { vehicleId, recordedAt, messageId, ruleVersion } = this.signal;
    const described = this.describe(rule);
    return {
      id: alertId(vehicleId, rule, recordedAt, messageId),
      vehicleId,
      rule,
      severity: isSeverity(severity) ? severity : described.severity,
      measurement: measurement ?? described.measurement,
      status: 'open',
      late: false,
      value,
      openedAt: recordedAt,
      openedBy: messageId,
      ruleVersion,
    };
  }
}

function cleared(alert: Alert, signal: Signal, verdict: Verdict | undefined): Alert {
  const { clearedValue: _, ...rest } = alert;
  return {
    ...rest,
    status: 'cleared',
    clearedAt: signal.recordedAt,
    clearedBy: signal.messageId,
    ...(verdict && isOfTheSame(alert, verdict) && { clearedValue: verdict.value }),
  };
}

function reopened(alert: Alert, signal: Signal, verdict: Verdict): Alert {
  const { clearedAt: _at, clearedBy: _by, clearedValue: _value, reopenedValue: __, ...rest } = alert;
  return {
    ...rest,
    status: 'open',
    reopenedAt: signal.recordedAt,
    reopenedBy: signal.messageId,
    ...(isOfTheSame(alert, verdict) && { reopenedValue: verdict.value }),
  };
}

/** A rule about several measurements may have been decided by another one: a value of that is none of this alert's. */
function isOfTheSame(alert: Alert, { measurement }: Verdict): boolean {
  return (measurement ?? alert.measurement) === alert.measurement;
}
