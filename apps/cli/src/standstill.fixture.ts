import { SERVICES, type ServiceName, type ServiceProcesses } from '@navora/drill';

/** What each service counts when it has done its work: Kafka has it, Cassandra has it, it is judged. */
const WORK_DONE: Record<ServiceName, string> = {
  'mqtt-bridge': 'navora_bridge_acknowledged_messages_total',
  processor: 'navora_processor_readings_total',
  alerts: 'navora_alerts_signals_total',
};

interface Progress {
  done: number;
  changedAt: number;
  longestMs: number;
}

/**
 * How long each service stood still, by its own count. Asked of the services themselves: Kafka and Cassandra cannot
 * tell while they are what is killed.
 */
export class StandstillWatch {
  private readonly seen = new Map<ServiceName, Progress>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly services: ServiceProcesses) {
    this.timer = setInterval(() => void this.look(), 250);
  }

  /** From now on. */
  restart(): void {
    this.seen.clear();
  }

  /** Whether every service has done so much since the restart. */
  allDid(count: number): boolean {
    return SERVICES.every((service) => (this.seen.get(service)?.done ?? 0) >= count);
  }

  /** Seconds, the standstill that still lasts included. */
  longest(): Record<ServiceName, number> {
    const now = performance.now();
    return Object.fromEntries(
      [...this.seen].map(([service, { changedAt, longestMs }]) => [
        service,
        Math.round(Math.max(longestMs, now - changedAt) / 100) / 10,
      ]),
    ) as Record<ServiceName, number>;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private readonly totals = new Map<ServiceName, number>();

  private async look(): Promise<void> {
    await Promise.all(
      SERVICES.map(async (service) => {
        const metrics = await this.services.metricsOf(service);
        if (metrics !== undefined) this.note(service, totalOf(metrics, WORK_DONE[service]));
      }),
    );
  }

  private note(service: ServiceName, total: number): void {
    const now = performance.now();
    const before = this.totals.get(service) ?? total;
    this.totals.set(service, total);
    const progress = this.seen.get(service) ?? { done: 0, changedAt: now, longestMs: 0 };
    this.seen.set(service, progress);
    if (total === before) return;
    progress.done += Math.max(0, total - before);
    progress.longestMs = Math.max(progress.longestMs, now - progress.changedAt);
    progress.changedAt = now;
  }
}

function totalOf(metrics: string, counter: string): number {
  return metrics
    .split('\n')
    .filter((line) => line.startsWith(`${counter}{`) || line.startsWith(`${counter} `))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
