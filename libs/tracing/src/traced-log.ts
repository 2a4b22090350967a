import type { Logger } from '@navora/runtime';
import { traceFields, type TraceHeaders } from './trace-headers.js';

/** Whoever sends it decides whether a message has a trace, so lines about such are bounded. */
const MOST_LINES_A_SECOND = 20;

/** Says in the log what became of records that have a trace, so that the line and the trace are found by each other. */
export class TracedLog {
  private second = 0;
  private lines = 0;

  constructor(
    private readonly log: Logger,
    private readonly now: () => number = Date.now,
  ) {}

  /** Says nothing of what came without a trace. */
  tell(event: string, headers: TraceHeaders | undefined, fields: object): void {
    if (headers?.['traceparent'] === undefined || !this.mayTell()) return;
    const ids = traceFields(headers);
    if (ids) this.log.info({ ...ids, ...fields }, event);
  }

  private mayTell(): boolean {
    const second = Math.floor(this.now() / 1000);
    if (second !== this.second) {
      this.second = second;
      this.lines = 0;
    }
    return ++this.lines <= MOST_LINES_A_SECOND;
  }
}
