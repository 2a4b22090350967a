import { errorFields, retryForever, type Logger } from '@navora/runtime';
import { RegistryUnavailable, type ReadingCodec } from '@navora/schemas';

/** How long an answer "no such id" is believed once its grace time is over. */
const REFUSED_FOR_MS = 10_000;
const ASK_AGAIN_MS = 1000;

/**
 * Where readings wait whose schema is not known yet. Only their vehicles wait. A registry that is away is waited
 * for; an id that it does not know has a grace time to appear in.
 */
export class SchemaParking {
  private readonly waiting = new Map<number, Promise<boolean>>();
  private readonly refusedUntil = new Map<number, number>();

  constructor(
    private readonly codec: Pick<ReadingCodec, 'learn'>,
    private readonly graceMs: number,
    private readonly log: Logger,
    private readonly now: () => number = Date.now,
  ) {}

  get parkedSchemas(): number {
    return this.waiting.size;
  }

  /** @returns whether the schema is known now; false when it is not in the registry, also after the grace time. */
  whenKnown(schemaId: number): Promise<boolean> {
    if ((this.refusedUntil.get(schemaId) ?? 0) > this.now()) return Promise.resolve(false);
    let waiting = this.waiting.get(schemaId);
    if (!waiting) {
      waiting = this.learn(schemaId).finally(() => this.waiting.delete(schemaId));
      this.waiting.set(schemaId, waiting);
    }
    return waiting;
  }

  private async learn(schemaId: number): Promise<boolean> {
    const refused = this.refusedUntil.has(schemaId);
    const until = this.now() + (refused ? 0 : this.graceMs);
    const known = await retryForever(
      async () => {
        const found = await this.codec.learn(schemaId);
        if (!found && this.now() < until) throw new SchemaMissing();
        return found;
      },
      {
        firstMs: 100,
        maxMs: ASK_AGAIN_MS,
        isTransient: (error) => error instanceof SchemaMissing || error instanceof RegistryUnavailable,
        onRetry: (error, attempt) =>
          this.log.warn({ schemaId, attempt, ...errorFields(error) }, 'schema_not_known_yet'),
      },
    );
    if (known) this.refusedUntil.delete(schemaId);
    else this.refusedUntil.set(schemaId, this.now() + REFUSED_FOR_MS);
    return known;
  }
}

class SchemaMissing extends Error {
  override message = 'the registry does not have this id';
}
