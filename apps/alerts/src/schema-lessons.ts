import { setTimeout as pause } from 'node:timers/promises';
import { rejected, type Rejection } from '@navora/schemas';
import { EpochEnded, type Held, type Persistence } from './persistence.js';
import type { SignalDecoder } from './signal-decoder.js';

/**
 * Learns schemas from the registry. One that it cannot tell about is asked for until it can; one that it does
 * not have is given a grace time, as it may be just being registered.
 */
export class SchemaLessons {
  private readonly missingSince = new Map<number, number>();

  constructor(
    private readonly decoder: Pick<SignalDecoder, 'learn'>,
    private readonly persistence: Persistence,
    private readonly graceMs: number,
  ) {}

  /** @returns undefined once the schema is known, a rejection when the grace time is over. */
  async rejectionAfterLearning(id: number, assignment: Held): Promise<{ rejection: Rejection } | undefined> {
    for (;;) {
      if (await this.persistence.untilDone('ask_registry', assignment, () => this.decoder.learn(id))) {
        this.missingSince.delete(id);
        return undefined;
      }
      const since = this.missingSince.get(id) ?? Date.now();
      this.missingSince.set(id, since);
      if (Date.now() - since >= this.graceMs) {
        return rejected('unknown-schema', `the registry has no schema ${id}, also after ${this.graceMs} ms`);
      }
      await pause(Math.min(500, this.graceMs));
      if (!assignment.held) throw new EpochEnded(`schema ${id}`);
    }
  }
}
