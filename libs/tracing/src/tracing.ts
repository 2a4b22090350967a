import type { TraceHeaders } from './trace-headers.js';

/** What a span tells about itself: ids, counts and names, never positions or bodies. */
export type Told = Readonly<Record<string, string | number | boolean>>;

/** One step of one reading. */
export interface TracedSpan {
  /** For whoever goes on from here. */
  readonly headers: Record<string, string>;
  /** A part of this step. */
  part(name: string): TracedSpan;
  tell(told: Told): void;
  end(): void;
  /** The reading goes no further. */
  fail(why: string): void;
}

/**
 * Follows single readings. Nearly all are not followed: then there is no span, and nothing more is to be done, so
 * that it costs those next to nothing.
 */
export interface Tracing {
  /**
   * A message from outside: its own trace goes on if its sender wants it kept; one without a trace begins one now
   * and then.
   *
   * @param at when it came, ms since 1970
   */
  arrives(name: string, headers: TraceHeaders | undefined, at: number): TracedSpan | undefined;
  /** One of our records: a trace goes on, and none begins, since the first of us has decided. */
  goesOn(name: string, headers: TraceHeaders): TracedSpan | undefined;
  /** Sends what is finished, as far as it is taken. */
  stop(): Promise<void>;
}

export const NO_TRACING: Tracing = {
  arrives: () => undefined,
  goesOn: () => undefined,
  stop: async () => undefined,
};
