import type { Logger } from '@navora/runtime';
import { tracesUrlOf, type TraceSettings } from './trace-settings.js';
import { NO_TRACING, type Tracing } from './tracing.js';

/** Follows readings if there is somewhere to tell it to; OpenTelemetry is loaded only then. */
export async function startTracing(service: string, settings: TraceSettings, log: Logger): Promise<Tracing> {
  const url = tracesUrlOf(settings);
  if (url === undefined) return NO_TRACING;
  const { otlpTracing } = await import('./otlp-tracing.js');
  log.info({ ratio: settings.traceRatio }, 'tracing');
  return otlpTracing({ service, url, ratio: settings.traceRatio, log });
}
