import { setting, urlOf, withDefault } from '@navora/runtime';
import { z } from 'zod';

const RATIO = 'must be a number from 0 to 1';
const endpoint = withDefault<string | undefined>(urlOf('http', 'https'), undefined);

/** Of every service that follows readings. */
export const traceSettings = {
  otlpUrl: setting('NAVORA_OTLP_URL', endpoint),
  /** What OpenTelemetry calls it; ours wins. */
  otelEndpoint: setting('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint),
  /** Of messages that come without a trace of their own, the share that gets one. */
  traceRatio: setting(
    'NAVORA_TRACE_RATIO',
    withDefault(
      z
        .string(RATIO)
        .regex(/^\d+(\.\d+)?$/, RATIO)
        .transform(Number)
        .refine((ratio) => ratio <= 1, RATIO),
      0.001,
    ),
  ),
};

export interface TraceSettings {
  otlpUrl: string | undefined;
  otelEndpoint: string | undefined;
  traceRatio: number;
}

/** Where spans go, by OTLP over HTTP; undefined: nowhere. */
export function tracesUrlOf({ otlpUrl, otelEndpoint }: TraceSettings): string | undefined {
  const base = otlpUrl ?? otelEndpoint;
  return base === undefined ? undefined : `${base.replace(/\/$/, '')}/v1/traces`;
}
