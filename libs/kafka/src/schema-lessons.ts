import { setTimeout as pause } from 'node:timers/promises';
import { errorFields, type Logger } from '@navora/runtime';
import { RegistryUnavailable, rejected, type Rejection } from '@navora/schemas';
import type { Assignment, ConsumedRecord } from './record-batch.js';

/** What came of waiting for a schema. `not-ours`: the partition is another's now, and meets the record again. */
export type LessonOutcome = 'known' | 'not-ours' | { rejection: Rejection };

export interface SchemaLessonsOptions {
  /** A record at least so old is given up when the registry does not have its schema. */
  graceMs: number;
  log: Logger;
  now?: () => number;
  sleep?: (ms: number) => Promise<unknown>;
}

/** What the registry said, asked at `askedAt`. */
interface Answer {
  said: 'known' | 'missing' | 'unavailable';
  askedAt: number;
}

/** The registry is asked for one id at most so often, however many records wait for it. */
const ASK_AGAIN_MS = 500;
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;
/** Answers are kept for as long as they stop us from asking; so many at most, as anybody can make up ids. */
const MAX_ANSWERS = 1000;

/**
 * Waits for schemas that are not known yet. One that the registry does not have may be just being registered: its
 * record is given up only when it is old enough **and** the registry, asked after that, still does not have it.
 * A registry that cannot tell ends nothing.
 */
export class SchemaLessons {
  private readonly asking = new Map<number, Promise<Answer>>();
  private readonly answers = new Map<number, Answer>();
  private readonly waitingFor = new Map<number, number>();
  private readonly now: () => number;
  private readonly sleep: (ms: number) => Promise<unknown>;
  private unavailable = false;

  constructor(
    private readonly codec: { learn(schemaId: number): Promise<boolean> },
    private readonly options: SchemaLessonsOptions,
  ) {
    this.now = options.now ?? Date.now;
    this.sleep = options.sleep ?? pause;
  }

  /** Schema ids that something waits for. */
  get pendingSchemas(): number {
    return this.waitingFor.size;
  }

  /** False while something waits and the registry cannot tell. */
  get healthy(): boolean {
    return !this.unavailable || this.waitingFor.size === 0;
  }

  async untilSettled(
    schemaId: number,
    { timestamp }: Pick<ConsumedRecord, 'timestamp'>,
    assignment: Pick<Assignment, 'held'>,
  ): Promise<LessonOutcome> {
    // It is at least as old as we have known it, whatever the clock says that stamped it.
    const bornAt = Math.min(timestamp, this.now());
    const dueAt = bornAt + this.options.graceMs;
    this.countWaiting(schemaId, 1);
    try {
      for (let pauseMs = SHORTEST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
        const { said, askedAt } = await this.ask(schemaId);
        if (said === 'known') return 'known';
        if (!assignment.held) return 'not-ours';
        if (said === 'missing' && askedAt >= dueAt) return this.givenUp(schemaId, this.now() - bornAt);
        const dueInMs = dueAt - this.now();
        await this.sleep(dueInMs > 0 ? Math.max(SHORTEST_PAUSE_MS, Math.min(pauseMs, dueInMs)) : pauseMs);
        if (!assignment.held) return 'not-ours';
      }
    } finally {
      this.countWaiting(schemaId, -1);
    }
  }

  private givenUp(schemaId: number, ageMs: number): { rejection: Rejection } {
    return rejected(
      'unknown-schema',
      `the registry has no schema ${schemaId}, and the record is ${Math.round(ageMs / 1000)} s old`,
    );
  }

  private async ask(schemaId: number): Promise<Answer> {
    const last = this.answers.get(schemaId);
    if (last && this.now() - last.askedAt < ASK_AGAIN_MS) return last;
    let asking = this.asking.get(schemaId);
    if (!asking) {
      asking = this.askRegistry(schemaId).finally(() => this.asking.delete(schemaId));
      this.asking.set(schemaId, asking);
    }
    return asking;
  }

  private async askRegistry(schemaId: number): Promise<Answer> {
    const askedAt = this.now();
    const said = await this.saidOf(schemaId);
    this.unavailable = said === 'unavailable';
    this.answers.delete(schemaId);
    if (said !== 'known') this.answers.set(schemaId, { said, askedAt });
    if (this.answers.size > MAX_ANSWERS) {
      for (const oldest of this.answers.keys()) {
        this.answers.delete(oldest);
        break;
      }
    }
    return { said, askedAt };
  }

  private async saidOf(schemaId: number): Promise<Answer['said']> {
    try {
      if (await this.codec.learn(schemaId)) return 'known';
      this.options.log.warn({ schemaId }, 'schema_not_known_yet');
      return 'missing';
    } catch (error) {
      if (!(error instanceof RegistryUnavailable)) throw error;
      this.options.log.warn({ schemaId, ...errorFields(error) }, 'registry_unavailable');
      return 'unavailable';
    }
  }

  private countWaiting(schemaId: number, by: 1 | -1): void {
    const count = (this.waitingFor.get(schemaId) ?? 0) + by;
    if (count > 0) this.waitingFor.set(schemaId, count);
    else this.waitingFor.delete(schemaId);
  }
}
