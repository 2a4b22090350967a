import type { Due, Schedule } from './schedule.js';

const TICK_MS = 5;
/** So that acknowledgements are taken in between while a stall is caught up. */
const MOST_AT_ONCE = 500;
const BEHIND_MS = 100;

/** Makes each reading when it is due, by a clock that does not jump, and counts how often it was late. */
export class ScheduleRunner {
  behind = 0;
  mostBehindMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #startMs = 0;
  #startedAt = 0;
  #stoppedMs: number | undefined;

  constructor(
    private readonly schedule: Schedule,
    private readonly durationMs: number,
    private readonly on: { due(due: Due, madeAt: number): void; finished(): void },
  ) {}

  start(): void {
    this.#startMs = performance.now();
    this.#startedAt = Date.now();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    if (this.#startMs > 0) this.#stoppedMs ??= performance.now();
  }

  /** How long it has been making readings. */
  get sendingMs(): number {
    return this.#startMs === 0 ? 0 : (this.#stoppedMs ?? performance.now()) - this.#startMs;
  }

  #tick(): void {
    const elapsedMs = performance.now() - this.#startMs;
    const untilMs = Math.min(elapsedMs, this.durationMs - 1e-6);
    for (let made = 0; made < MOST_AT_ONCE; made++) {
      const due = this.schedule.take(untilMs);
      if (!due) {
        if (elapsedMs >= this.durationMs) this.#finish();
        return;
      }
      const behindMs = elapsedMs - due.atMs;
      if (behindMs > BEHIND_MS) this.behind++;
      if (behindMs > this.mostBehindMs) this.mostBehindMs = behindMs;
      this.on.due(due, Math.round(this.#startedAt + due.atMs));
    }
  }

  #finish(): void {
    this.stop();
    this.on.finished();
  }
}
