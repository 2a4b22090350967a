import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Signal } from '@navora/schemas';
import type { Change } from './alert.js';
import type { Folded } from './fold.js';

type SignalOutcome = Folded['outcome'] | 'erased';

/** What is asked for when somebody looks. */
export interface Gauged {
  openAlerts(): number;
  consumerLag(): number;
  unresolved(): number;
}

const SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];

export class AlertsMetrics {
  private readonly signals: Record<SignalOutcome, Counter.Internal>;
  private readonly transitions: Counter<'kind'>;
  private readonly deadLetters: Counter<'reason'>;
  private readonly expirations: Counter;
  private readonly rulesChanges: Counter<'outcome'>;
  private readonly transitionTime: Histogram;
  private readonly visibleAfter: Histogram;

  constructor(registry: Registry, gauged: Gauged) {
    const registers = [registry];
    const counter = new Counter({
      name: 'navora_alerts_signals_total',
      help: 'signals applied, by what they were: judged, late, replayed, suspect; silent: none came for too long; erased: of an erased vehicle',
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
      help: 'changes of alerts, by kind: opened, reopened, cleared, recorded-late',
      labelNames: ['kind'],
      registers,
    });
    this.deadLetters = new Counter({
      name: 'navora_alerts_dead_letters_total',
      help: 'signals given up, by reason',
      labelNames: ['reason'],
      registers,
    });
    this.rulesChanges = new Counter({
      name: 'navora_alerts_rules_changes_total',
      help: 'changed rules files that were taken up, or refused',
      labelNames: ['outcome'],
      registers,
    });
    this.expirations = new Counter({
      name: 'navora_alerts_expirations_total',
      help: 'times that Kafka had deleted signals of a partition before they were processed: signals are lost',
      registers,
    });
    this.transitionTime = new Histogram({
      name: 'navora_alerts_transition_seconds',
      help: 'from the decision that an alert changes to its views being written',
      buckets: SECONDS,
      registers,
    });
    this.visibleAfter = new Histogram({
      name: 'navora_alerts_visible_after_seconds',
      help: 'from the receipt of the reading to its alert being visible',
      buckets: SECONDS,
      registers,
    });
    gauge('navora_alerts_open', 'alerts open as far as this process knows', gauged.openAlerts);
    gauge('navora_alerts_consumer_lag', 'signals not resolved yet, as of the last fetch', gauged.consumerLag);
    gauge('navora_alerts_unresolved', 'signals taken over and not resolved', gauged.unresolved);

    function gauge(name: string, help: string, value: () => number): void {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(value());
        },
      });
    }
  }

  signal(outcome: SignalOutcome): void {
    this.signals[outcome].inc();
  }

  transition(changes: readonly Change[], { receivedAt }: Signal, tookMs: number): void {
    for (const { transition } of changes) this.transitions.labels(transition).inc();
    this.transitionTime.observe(tookMs / 1000);
    this.visibleAfter.observe(Math.max(0, Date.now() - receivedAt) / 1000);
  }

  rulesChanged(outcome: 'taken' | 'refused'): void {
    this.rulesChanges.inc({ outcome });
  }

  signalsExpired(): void {
    this.expirations.inc();
  }

  deadLetter(reason: string): void {
    this.deadLetters.labels(reason).inc();
  }
}
