import { readFileSync } from 'node:fs';
import { valueIn } from './metrics-text.js';
import type { ServiceProcess } from './service-process.js';
import { SERVICES, type ServiceName } from './services.js';
import type { ServiceProcesses } from './service-processes.js';

export interface ServiceSeen {
  maxRssMiB: number;
  restarts: number;
  /** Looks at a process that ran and was not stopped on which `/health/live` did not answer, the most in a row. */
  mostNotLive: number;
  /** What it counted as delivered again, over all its processes. */
  redelivered: number;
}

const REDELIVERED: Record<ServiceName, [string, Record<string, string>]> = {
  'mqtt-bridge': ['navora_bridge_redelivered_messages_total', {}],
  processor: ['navora_processor_redelivered_records_total', {}],
  alerts: ['navora_alerts_signals_total', { outcome: 'replayed' }],
};
/** Younger ones may still be loading their program. */
const GROWN_UP_MS = 20_000;

/** Looks at each service every second: memory, health, and what it counts. */
export class ServiceWatch {
  readonly seen: Record<ServiceName, ServiceSeen>;
  readonly ready: Record<ServiceName, boolean>;
  private readonly notLive = new Map<ServiceProcess, number>();
  private readonly counted = new Map<ServiceProcess, number>();

  constructor(private readonly services: ServiceProcesses) {
    const each = <T>(make: () => T) =>
      Object.fromEntries(SERVICES.map((service) => [service, make()])) as Record<ServiceName, T>;
    this.seen = each(() => ({ maxRssMiB: 0, restarts: 0, mostNotLive: 0, redelivered: 0 }));
    this.ready = each(() => false);
  }

  async look(): Promise<void> {
    await Promise.all(SERVICES.map((service) => this.lookAt(service)));
  }

  get allReady(): boolean {
    return SERVICES.every((service) => this.ready[service]);
  }

  private async lookAt(service: ServiceName): Promise<void> {
    const process = this.services.processOf(service);
    const seen = this.seen[service];
    if (!process?.running || process.pid === undefined) {
      this.ready[service] = false;
      return;
    }
    const status = statusOf(process.pid);
    seen.maxRssMiB = Math.max(seen.maxRssMiB, status.rssMiB);
    const [live, ready, metrics] = await Promise.all([
      process.ask('/health/live', 5000),
      process.ask('/health/ready', 5000),
      process.ask('/metrics', 5000),
    ]);
    this.ready[service] = ready?.status === 200;
    this.countLife(service, process, live?.status === 200);
    if (metrics) {
      const count = valueIn(metrics.body, ...REDELIVERED[service]);
      seen.redelivered += count - (this.counted.get(process) ?? 0);
      this.counted.set(process, count);
    }
  }

  private countLife(service: ServiceName, process: ServiceProcess, live: boolean): void {
    const excused =
      live ||
      !process.running ||
      process.pid === undefined ||
      statusOf(process.pid).stopped ||
      Date.now() - process.startedAt < GROWN_UP_MS;
    const inARow = excused ? 0 : (this.notLive.get(process) ?? 0) + 1;
    this.notLive.set(process, inARow);
    const seen = this.seen[service];
    seen.mostNotLive = Math.max(seen.mostNotLive, inARow);
  }
}

/** From /proc; where there is none, nothing is known. */
export function statusOf(pid: number): { rssMiB: number; stopped: boolean } {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    const rss = /VmRSS:\s+(\d+) kB/.exec(text)?.[1];
    return { rssMiB: Math.round(Number(rss ?? 0) / 1024), stopped: /^State:\s+[Tt]/m.test(text) };
  } catch {
    return { rssMiB: 0, stopped: false };
  }
}
