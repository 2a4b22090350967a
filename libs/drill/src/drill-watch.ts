import { setTimeout as pause } from 'node:timers/promises';
import { TOPIC_LAYOUT, TOPICS } from '@navora/schemas';
import type { KafkaStanding, Standing } from './kafka-standing.js';
import type { ServiceWatch } from './service-watch.js';

const LOOK_EVERY_MS = 1000;
/** So long without a step ahead, and nobody waits any longer. */
const PATIENCE_MS = 120_000;
/**
 * Nothing may come into Kafka for so long before it counts as drained: what the broker holds comes at once. From one
 * look to the next there may be heartbeats, one in each partition; whether they were all, the audit waits to know.
 */
const STILL_MS = 5000;
const HEARTBEATS = 2 * TOPIC_LAYOUT[TOPICS.readings].partitions;

/** Looks at services and Kafka again and again while a drill runs, and says when all is well. */
export class DrillWatch {
  standing: Standing | undefined;
  private stopped = false;
  private readonly waiting = new Set<() => void>();
  private readonly looking: Promise<void>;

  constructor(
    private readonly services: ServiceWatch,
    private readonly kafka: KafkaStanding,
    private readonly calmLag: number,
    private readonly onLook: () => void,
    private readonly signal?: AbortSignal,
    private readonly patienceMs = PATIENCE_MS,
    private readonly everyMs = LOOK_EVERY_MS,
  ) {
    this.looking = this.look();
  }

  /** All services ready, and no more waiting than two seconds of load. */
  get calm(): boolean {
    return this.services.allReady && this.lag <= this.calmLag;
  }

  get lag(): number {
    return this.standing ? this.standing.readingsLag + this.standing.signalsLag : Infinity;
  }

  /** Resolves at the first calm look from the next on; false if that does not come. */
  async recovered(): Promise<boolean> {
    await this.nextLook();
    return this.progressing(() => this.calm);
  }

  /** Resolves when nothing comes in any more and all of it is done. */
  drained(): Promise<boolean> {
    let cameIn = -1;
    let stillSince = Date.now();
    return this.progressing(() => {
      const now = this.standing ? this.standing.readings + this.standing.deadLetters : -1;
      if (now - cameIn > HEARTBEATS || !this.services.allReady) stillSince = Date.now();
      cameIn = now;
      return this.lag === 0 && this.services.allReady && Date.now() - stillSince >= STILL_MS;
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.looking;
    this.kafka.forget();
  }

  /**
   * Waits for a condition as long as there is progress: more came in than heartbeats, which always come, or less waits
   * for one of the consumers. Their sum would not do: what the processor has done waits for the alerts.
   */
  private async progressing(reached: () => boolean): Promise<boolean> {
    let readings = -Infinity;
    let least: number[] = [];
    let movedAt = Date.now();
    for (;;) {
      if (reached()) return true;
      const now = this.standing;
      if (now) {
        const lags = [now.readingsLag, now.signalsLag];
        const lessWaits = lags.some((lag, index) => lag < (least[index] ?? Infinity));
        if (lessWaits || now.readings - readings > HEARTBEATS) movedAt = Date.now();
        readings = now.readings;
        least = lags.map((lag, index) => Math.min(lag, least[index] ?? Infinity));
      }
      const givenUp = this.stopped || this.signal?.aborted === true;
      if (givenUp || Date.now() - movedAt > this.patienceMs) return false;
      await this.nextLook();
    }
  }

  private nextLook(): Promise<void> {
    if (this.stopped) return Promise.resolve();
    return new Promise((resolve) => this.waiting.add(resolve));
  }

  private async look(): Promise<void> {
    while (!this.stopped) {
      const [, standing] = await Promise.all([this.services.look(), this.kafka.look()]);
      this.standing = standing;
      this.onLook();
      this.wake();
      await pause(this.everyMs);
    }
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}
