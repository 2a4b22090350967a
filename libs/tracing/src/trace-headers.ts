import { parseTraceParent } from '@opentelemetry/core';
import { TRACE_HEADERS } from '@navora/schemas';

/** User properties of MQTT, or headers of Kafka. */
export type TraceHeaders = Readonly<Record<string, string | Buffer | undefined>>;

export interface TraceIds {
  traceId: string;
  spanId: string;
}

/** The span that wrote these headers; undefined when there is none, or what is there is no `traceparent`. */
export function spanContextIn(headers: TraceHeaders | undefined) {
  const traceparent = headers?.['traceparent'];
  if (traceparent === undefined) return undefined;
  return parseTraceParent(traceparent.toString()) ?? undefined;
}

/** W3C's bound of what is to be handed on. */
const LONGEST_TRACESTATE = 512;

/** The trace of a record that is not followed: it goes along, for the lines of the log behind us. */
export function handedOn(headers: TraceHeaders): Record<string, string> | undefined {
  // Nearly all have none.
  if (headers['traceparent'] === undefined || spanContextIn(headers) === undefined) return undefined;
  const handed: Record<string, string> = {};
  for (const name of TRACE_HEADERS) {
    const value = headers[name]?.toString();
    if (value !== undefined && value.length <= LONGEST_TRACESTATE) handed[name] = value;
  }
  return handed;
}

/** The fields of a line of the log about what came with these headers; none without a trace. */
export function traceFields(headers: TraceHeaders | undefined): TraceIds | undefined {
  const context = spanContextIn(headers);
  return context && { traceId: context.traceId, spanId: context.spanId };
}
