import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SERVICES, type ServiceName } from '@navora/drill';
import { startFleet, type Fleet } from '@navora/simulator';
import { eventually, realServices } from '@navora/testing';
import { runServices, type RunningServices } from './services.fixture.js';
import { Observer, verdictOn } from './under-load.fixture.js';

/** Whether each service ever said that it is not ready, and whether it ever failed to say that it is alive. */
export interface HealthSeen {
  unready: Set<ServiceName>;
  silent: Set<ServiceName>;
}

/** A fleet at work on the running services, for an outage of minutes to come over them. */
export class UnderOutage {
  private constructor(
    readonly running: RunningServices,
    private readonly fleet: Fleet,
    private readonly historyFile: string,
    private readonly ratePerSecond: number,
    private observer: Observer,
    /** Committed and not of this fleet. */
    private readonly committedBefore: number,
  ) {}

  static async begin(ratePerSecond: number, seed: number): Promise<UnderOutage> {
    const running = await runServices();
    const { mqttUrl, registryUrl } = realServices();
    const historyFile = join(running.folder, 'history.jsonl');
    const observer = await Observer.connect();
    const before = await observer.committed();
    const load = { vehicles: ratePerSecond, ratePerSecond, seed, historyFile };
    const fleet = await startFleet({ mqttUrl, registryUrl, ...load });
    const begun = new UnderOutage(running, fleet, historyFile, ratePerSecond, observer, before);
    await eventually('the fleet at work', () => fleet.stats().sent > 20 * ratePerSecond, {
      withinMs: 120_000,
    });
    await begun.untilCaughtUp(120_000);
    return begun;
  }

  committed(): Promise<number> {
    return this.observer.committed();
  }

  lag(): Promise<number> {
    return this.observer.lag();
  }

  /** What a consumer lags behind when all is well: a fetch, a batch, and a commit every half second. */
  async untilCaughtUp(withinMs: number): Promise<void> {
    const quietLag = 3 * this.ratePerSecond;
    await eventually('lag gone', async () => (await this.observer.lag()) < quietLag, {
      withinMs,
      everyMs: 500,
    });
  }

  /** The same, and as much is committed as was sent until now: what the MQTT broker holds is no lag in Kafka yet. */
  async untilThrough(withinMs: number): Promise<void> {
    await this.observer.disconnect();
    this.observer = await Observer.connect();
    const { sent } = this.fleet.stats();
    await eventually(
      'all that was sent committed',
      async () => (await this.observer.committed()) - this.committedBefore >= sent,
      { withinMs, everyMs: 500 },
    );
    await this.untilCaughtUp(withinMs);
  }

  /** Looks at the services every second for so long. @returns by how many MB each has grown at most, and their health. */
  async lasting(ms: number): Promise<{ grownMb: number[]; health: HealthSeen }> {
    const health: HealthSeen = { unready: new Set(), silent: new Set() };
    const before = this.memoryMb();
    let most = before;
    const until = Date.now() + ms;
    while (Date.now() < until) {
      await pause(1000);
      const now = this.memoryMb();
      most = most.map((mb, index) => Math.max(mb, now[index] ?? 0));
      await Promise.all(SERVICES.map((service) => this.look(service, health)));
    }
    return { grownMb: most.map((mb, index) => mb - (before[index] ?? 0)), health };
  }

  /** No more load. @returns what the auditor says once all has come through. */
  async verdict(): Promise<string> {
    await this.fleet.stop({ graceMs: 120_000 });
    return (await verdictOn([this.historyFile])).text;
  }

  async end(): Promise<void> {
    await this.fleet.stop({ graceMs: 0 });
    await this.observer.disconnect();
    await this.running.stop();
  }

  private async look(service: ServiceName, { unready, silent }: HealthSeen): Promise<void> {
    const process = this.running.services.processOf(service);
    if ((await process?.ask('/health/live', 5000))?.status !== 200) silent.add(service);
    if ((await process?.ask('/health/ready', 5000))?.status !== 200) unready.add(service);
  }

  /** Resident memory of each service. */
  private memoryMb(): number[] {
    return SERVICES.map((service) => {
      const status = readFileSync(`/proc/${this.running.services.pidOf(service)}/status`, 'utf8');
      return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024);
    });
  }
}
