import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '@navora/simulator';
import type { Fault, Part, World } from './fault.js';
import type { FaultLog } from './fault-log.js';
import type { Injection } from './injection.js';
import type { PlannedFault } from './schedule.js';
import { CALM_MS } from './schedule.js';
import type { Breach } from './verdict.js';

export interface InjectorParts {
  world: Pick<World, 'stack' | 'services' | 'links' | 'hands' | 'stored' | 'kafkaRoles'>;
  log: FaultLog;
  seed: number;
  signal: AbortSignal;
  /** Resolves once all is well again; false if it never is. */
  recovered(): Promise<boolean>;
  processorReady(): boolean;
  redelivered(): number;
  tell(line: string): void;
}

/** Makes the faults of a schedule when they are due, heals them, and sees how long recovery takes. */
export class Injector {
  readonly injections: Injection[] = [];
  readonly breaches: Breach[] = [];
  private readonly busy = new Map<Part, Promise<unknown>>();
  private readonly under = new Set<string>();
  private readonly recoveries: Promise<void>[] = [];

  constructor(private readonly parts: InjectorParts) {}

  /** The codes of the faults that last now. */
  get underway(): string {
    return [...this.under].join(', ') || 'no fault';
  }

  /** Resolves when all that began is healed. */
  async follow(
    schedule: readonly PlannedFault[],
    faults: readonly Fault[],
    durationMs: number,
  ): Promise<void> {
    const beganAt = Date.now();
    const last = beganAt + durationMs - CALM_MS;
    await Promise.all(
      schedule.map(async ({ code, atMs, lastsMs }, index) => {
        await this.wait(beganAt + atMs - Date.now());
        const fault = faults.find((one) => one.code === code);
        if (!fault) return;
        await this.holding(fault.touches, async () => {
          // One before took too long to heal.
          if (Date.now() < last) await this.inject(fault, lastsMs, index);
        });
      }),
    );
  }

  /** One fault from begin to heal. */
  async inject(fault: Fault, lastsMs: number, index: number): Promise<void> {
    const { signal, tell, world, log } = this.parts;
    if (signal.aborted) return;
    const { code, title, mayHoldUpMs } = fault;
    const injection: Injection = {
      ...{ code, title, what: title, from: Date.now(), to: 0 },
      ...{ processorUnready: false, redelivered: -this.parts.redelivered() },
      ...(mayHoldUpMs === undefined ? {} : { mayHoldUpMs }),
    };
    const turn = this.injections.filter((one) => one.code === code).length;
    this.injections.push(injection);
    this.under.add(code);
    const looking = setInterval(() => (injection.processorUnready ||= !this.parts.processorReady()), 500);
    try {
      const heal = await fault.begin({
        ...world,
        random: new Random(this.parts.seed, `fault/${index}`),
        lastsMs,
        turn,
        tell: (what) => (injection.what = what),
        broke: (name, detail) => this.breaches.push({ name, detail: `${code}: ${detail}` }),
      });
      tell(`${code} begins: ${injection.what}`);
      await this.wait(injection.from + lastsMs - Date.now());
      await heal();
    } catch (error) {
      injection.failure = error instanceof Error ? error.message : String(error);
    } finally {
      clearInterval(looking);
      this.under.delete(code);
      injection.to = Date.now();
      log.add({ code, what: injection.what, from: injection.from, to: injection.to });
    }
    tell(`${code} ${injection.failure ? `failed: ${injection.failure}` : 'healed'}`);
    this.recoveries.push(this.seeRecovery(injection));
  }

  /** Resolves when it is known of every fault whether it was recovered from. */
  async settled(): Promise<void> {
    await Promise.all(this.recoveries);
  }

  private async seeRecovery(injection: Injection): Promise<void> {
    if (!(await this.parts.recovered())) return;
    injection.recoveryMs = Date.now() - injection.to;
    injection.redelivered += this.parts.redelivered();
    this.parts.tell(
      `${injection.code} recovered from, ${(injection.recoveryMs / 1000).toFixed(1)} s after it was healed`,
    );
  }

  private async holding(touched: readonly Part[], work: () => Promise<void>): Promise<void> {
    const before = touched.flatMap((part) => this.busy.get(part) ?? []);
    const working = Promise.all(before).then(work);
    for (const part of touched) this.busy.set(part, working);
    await working;
  }

  private async wait(ms: number): Promise<void> {
    if (ms > 0) await pause(ms, undefined, { signal: this.parts.signal }).catch(() => undefined);
  }
}
