import { Counter, Histogram, type Registry } from 'prom-client';
import { gauge, gaugeStanding, type Standing } from '@navora/runtime';
import { DEAD_LETTER_REASONS, type DeadLetterReason, type Signal } from '@navora/schemas';
import type { Change } from './alert.js';
import type { Folded } from './fold.js';

type SignalOutcome = Folded['outcome'] | 'erased';

/** Read when Prometheus asks. */
export interface Levels extends Standing {
  openAlerts(): number;
  pendingSchemas(): number;
}

const SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 30, 60];
/** Rules come from files and signals; a label must not have as many values as somebody cares to make. */
const MOST_RULES = 200;
const STORE_WORK = [...['load_state', 'commit', 'write_views'], ...['save_marks', 'load_marks']] as const;

export class AlertsMetrics {
  private readonly records: Counter;
  private readonly signals: Record<SignalOutcome, Counter.Internal>;
  private readonly transitions: Counter<'kind' | 'severity' | 'rule'>;
  private readonly rules = new Set<string>();
  private readonly deadLetters: Counter<'reason'>;
  private readonly failures: Counter<'what'>;
  private readonly expirations: Counter;
  private readonly rulesChanges: Counter<'outcome'>;
  private readonly transitionTime: Histogram;
  private readonly visibleAfter: Histogram;

  constructor(registry: Registry, levels: Levels) {
    const registers = [registry];
    this.records = new Counter({
      name: 'navora_alerts_received_records_total',
      help: 'Records taken over from Kafka: signals and heartbeats',
      registers,
    });
    const counter = new Counter({
      name: 'navora_alerts_signals_total',
      help: 'Signals applied, by what they were: judged, late, replayed, suspect; silent: none came for too long; erased: of an erased vehicle',
      labelNames: ['outcome'] as const,
      registers,
    });
    const of = (outcome: SignalOutcome) => counter.labels(outcome);
    this.signals = {
      ...{ judged: of('judged'), late: of('late'), replayed: of('replayed') },
      ...{ suspect: of('suspect'), silent: of('silent') },
      erased: of('erased'),
    };
    this.transitions = new Counter({
      name: 'navora_alerts_transitions_total',
      help: 'Changes of alerts, by kind (opened, reopened, cleared, recorded-late), severity and rule',
      labelNames: ['kind', 'severity', 'rule'],
      registers,
    });
    this.deadLetters = new Counter({
      name: 'navora_alerts_dead_letters_total',
      help: 'Signals given up, by reason',
      labelNames: ['reason'],
      registers,
    });
    this.rulesChanges = new Counter({
      name: 'navora_alerts_rules_changes_total',
      help: 'Changed rules files that were taken up, or refused',
      labelNames: ['outcome'],
      registers,
    });
    this.expirations = new Counter({
      name: 'navora_alerts_expirations_total',
      help: 'Times that Kafka had deleted signals of a partition before they were processed: signals are lost',
      registers,
    });
    this.transitionTime = new Histogram({
      name: 'navora_alerts_transition_seconds',
      help: 'From the decision that an alert changes to its views being written',
      buckets: SECONDS,
      registers,
    });
    this.visibleAfter = new Histogram({
      name: 'navora_alerts_visible_after_seconds',
      help: 'From the receipt of the reading to its alert being visible',
      buckets: SECONDS,
      registers,
    });
    this.failures = new Counter({
      name: 'navora_alerts_store_failures_total',
      help: 'Operations at Cassandra that failed and were repeated, by what was to be done',
      labelNames: ['what'],
      registers,
    });
    // From the beginning: an alert on an increase misses the first of what was not there before.
    for (const reason of DEAD_LETTER_REASONS) this.deadLetters.inc({ reason }, 0);
    for (const outcome of ['taken', 'refused']) this.rulesChanges.inc({ outcome }, 0);
    for (const what of STORE_WORK) this.failures.inc({ what }, 0);
    gauge(registry, 'navora_alerts_open', 'Alerts open as far as this process knows', levels.openAlerts);
    gauge(
      registry,
      'navora_alerts_pending_schemas',
      'Schema ids that signals wait for',
      levels.pendingSchemas,
    );
    gaugeStanding(registry, 'navora_alerts', levels);
  }

  received(records: number): void {
    this.records.inc(records);
  }

  signal(outcome: SignalOutcome): void {
    this.signals[outcome].inc();
  }

  transition(changes: readonly Change[], { receivedAt }: Signal, tookMs: number): void {
    for (const { transition, alert } of changes)
      this.transitions.inc({ kind: transition, severity: alert.severity, rule: this.labelOf(alert.rule) });
    this.transitionTime.observe(tookMs / 1000);
    this.visibleAfter.observe(Math.max(0, Date.now() - receivedAt) / 1000);
  }

  rulesChanged(outcome: 'taken' | 'refused'): void {
    this.rulesChanges.inc({ outcome });
  }

  signalsExpired(): void {
    this.expirations.inc();
  }

  deadLetter(reason: DeadLetterReason): void {
    this.deadLetters.inc({ reason });
  }

  storeFailed(what: string): void {
    this.failures.inc({ what });
  }

  private labelOf(rule: string): string {
    if (this.rules.size < MOST_RULES) this.rules.add(rule);
    return this.rules.has(rule) ? rule : 'other';
  }
}
