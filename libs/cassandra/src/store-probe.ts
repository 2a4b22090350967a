import { setTimeout as pause } from 'node:timers/promises';
import { policies } from 'cassandra-driver';
import { errorFields, type Logger } from '@navora/runtime';
import type { CassandraClient } from './client.js';

export interface StoreProbeOptions {
  /** A read of one small partition of ours, at the consistency that our work needs. */
  query: string;
  everyMs?: number;
  timeoutMs?: number;
  log: Logger;
}

/**
 * Asks the store every second whether it answers, so that a service knows it also while it has nothing to store:
 * a connection to a frozen host looks well for minutes.
 */
export class StoreProbe {
  private answers = true;
  private readonly stopping = new AbortController();
  private asking: Promise<void> | undefined;

  constructor(
    private readonly client: Pick<CassandraClient, 'execute'>,
    private readonly options: StoreProbeOptions,
  ) {}

  /** False once a question was not answered in time, until one is. */
  get healthy(): boolean {
    return this.answers;
  }

  start(): void {
    this.asking ??= this.askUntilStopped();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.asking;
  }

  private async askUntilStopped(): Promise<void> {
    const { everyMs = 1000, log } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const error = await this.ask();
      if (signal.aborted) return;
      if (error && this.answers) log.warn(errorFields(error), 'store_does_not_answer');
      if (!error && !this.answers) log.info({}, 'store_answers');
      this.answers = error === undefined;
      await pause(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** A read may be asked of one host after the other: one frozen host of several is no outage. */
  private async ask(): Promise<Error | undefined> {
    const { query, timeoutMs = 2000 } = this.options;
    try {
      await this.client.execute(query, [], {
        prepare: true,
        isIdempotent: true,
        readTimeout: timeoutMs,
        retry: new policies.retry.RetryPolicy(),
      });
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }
}
