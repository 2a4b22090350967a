import { parseTraceParent } from '@opentelemetry/core';

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

/** The fields of a line of the log about what came with these headers; none without a trace. */
export function traceFields(headers: TraceHeaders | undefined): TraceIds | undefined {
  const context = spanContextIn(headers);
  return context && { traceId: context.traceId, spanId: context.spanId };
}
