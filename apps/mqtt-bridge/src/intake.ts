export interface IntakeLimits {
  messages: number;
  bytes: number;
}

/**
 * Bounds what is in memory on its way to Kafka. Receive Maximum alone does not: it counts neither QoS 0 messages
 * nor bytes, nor what earlier connections left behind that the broker delivers again, and not every broker keeps
 * to it: mosquitto 2.0.11 sends more while it works off a backlog.
 */
export class Intake {
  private messages = 0;
  private bytes = 0;
  private progressAt = 0;
  private waiting: (() => void)[] = [];

  constructor(private readonly limits: IntakeLimits) {}

  /** While this is true, nothing more is read from the broker. */
  get full(): boolean {
    return this.messages >= this.limits.messages || this.bytes >= this.limits.bytes;
  }

  taken(bytes: number, now: number): void {
    if (this.messages === 0) this.progressAt = now;
    this.messages++;
    this.bytes += bytes;
  }

  settled(bytes: number, now: number): void {
    this.progressAt = now;
    this.messages--;
    this.bytes -= bytes;
    if (this.waiting.length > 0 && this.hasHalf) for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** For how long Kafka has acknowledged nothing, although something waits for it. */
  stalledMs(now: number): number {
    return this.messages === 0 ? 0 : now - this.progressAt;
  }

  /** Resolves at once unless full, and then when half of it is free again. */
  async room(): Promise<void> {
    if (this.full) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private get hasHalf(): boolean {
    return this.messages * 2 <= this.limits.messages && this.bytes * 2 <= this.limits.bytes;
  }
}
