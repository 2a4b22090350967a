import { setTimeout } from 'node:timers/promises';
import { errorFields, type Logger } from '@navora/runtime';
import type { ReadingCodec } from '@navora/schemas';

/** An id the registry did not have, or could not tell about, is not asked for again sooner. */
const ASK_AGAIN_AFTER_MS = 10_000;
/** After an id the registry did not have: ids made up at a thousand a second must not become as many requests. */
const PAUSE_AFTER_MISS_MS = 100;
/** What a vehicle that makes ids up may cost us. */
const MOST_REMEMBERED = 1000;
const MOST_WAITING = 50;

/**
 * Asks the registry for schemas in the background, one at a time: no message ever waits for it, since all behind
 * it would wait for their PUBACKs too.
 */
export class SchemaLearner {
  private readonly askedAt = new Map<number, number>();
  private waiting = 0;
  private asking = Promise.resolve();

  constructor(
    private readonly codec: Pick<ReadingCodec, 'learn'>,
    private readonly log: Logger,
    private readonly now: () => number = Date.now,
    private readonly pause: (ms: number) => Promise<unknown> = setTimeout,
  ) {}

  learnSoon(id: number): void {
    const askedAt = this.askedAt.get(id);
    if (askedAt !== undefined && this.now() - askedAt < ASK_AGAIN_AFTER_MS) return;
    if (this.waiting >= MOST_WAITING) return;
    if (this.askedAt.size >= MOST_REMEMBERED) this.askedAt.clear();
    this.askedAt.set(id, this.now());
    this.waiting++;
    this.asking = this.asking.then(() => this.ask(id)).finally(() => this.waiting--);
  }

  /** Resolves when nothing is being asked. */
  async settled(): Promise<void> {
    await this.asking;
  }

  private async ask(id: number): Promise<void> {
    try {
      const known = await this.codec.learn(id);
      this.log[known ? 'info' : 'warn'](
        { schemaId: id },
        known ? 'schema_learned' : 'schema_not_in_registry',
      );
      if (!known) await this.pause(PAUSE_AFTER_MISS_MS);
    } catch (error) {
      this.log.warn({ schemaId: id, ...errorFields(error) }, 'schema_not_learned');
      await this.pause(PAUSE_AFTER_MISS_MS);
    }
  }
}
