import {
  createTraceState,
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { errorFields, type Logger } from '@navora/runtime';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { spanContextIn, type TraceHeaders } from './trace-headers.js';
import type { Told, TracedSpan, Tracing } from './tracing.js';

const EXPORT_TIMEOUT_MS = 5000;
/** A stop has other things to wait for. */
const FLUSH_WITHIN_MS = 2000;

export interface OtlpOptions {
  service: string;
  url: string;
  /** Of messages without a trace, the share that gets one. */
  ratio: number;
  log: Logger;
  random?: () => number;
}

/**
 * Sends spans by OTLP over HTTP. What the collector does not take is dropped and said in the log: nothing waits for
 * it, and what is kept for it is bounded.
 */
export function otlpTracing({ service, url, ratio, log, random = Math.random }: OtlpOptions): Tracing {
  diag.setLogger(complaintsTo(log), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.namespace': 'navora' }),
    spanProcessors: [new BatchSpanProcessor(exporter, { exportTimeoutMillis: EXPORT_TIMEOUT_MS })],
  });
  const tracer = provider.getTracer('navora');
  return {
    arrives(name, headers, at) {
      const parent = parentIn(headers);
      if (parent === 'not kept') return undefined;
      if (parent === undefined && random() >= ratio) return undefined;
      return new OtlpSpan(tracer, tracer.startSpan(name, { kind: SpanKind.CONSUMER, startTime: at }, parent));
    },
    goesOn(name, headers) {
      const parent = parentIn(headers);
      if (parent === 'not kept' || parent === undefined) return undefined;
      return new OtlpSpan(tracer, tracer.startSpan(name, { kind: SpanKind.CONSUMER }, parent));
    },
    async stop() {
      const timeIsUp = new Promise<void>((resolve) => setTimeout(resolve, FLUSH_WITHIN_MS).unref());
      const flushed = provider.shutdown().catch((error: unknown) => {
        log.warn(errorFields(error), 'traces_not_exported');
      });
      await Promise.race([flushed, timeIsUp]);
    },
  };
}

function parentIn(headers: TraceHeaders | undefined): Context | 'not kept' | undefined {
  const context = spanContextIn(headers);
  if (context === undefined) return undefined;
  if ((context.traceFlags & TraceFlags.SAMPLED) === 0) return 'not kept';
  const state = headers?.['tracestate']?.toString();
  return trace.setSpanContext(ROOT_CONTEXT, {
    ...context,
    isRemote: true,
    ...(state ? { traceState: createTraceState(state) } : {}),
  });
}

class OtlpSpan implements TracedSpan {
  constructor(
    private readonly tracer: Tracer,
    private readonly span: Span,
  ) {}

  get headers(): Record<string, string> {
    const { traceId, spanId, traceFlags, traceState } = this.span.spanContext();
    const state = traceState?.serialize();
    return {
      traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
      ...(state ? { tracestate: state } : {}),
    };
  }

  part(name: string): TracedSpan {
    const within = trace.setSpan(ROOT_CONTEXT, this.span);
    return new OtlpSpan(this.tracer, this.tracer.startSpan(name, {}, within));
  }

  tell(told: Told): void {
    this.span.setAttributes(told);
  }

  end(): void {
    this.span.end();
  }

  fail(why: string): void {
    this.span.setStatus({ code: SpanStatusCode.ERROR, message: why });
    this.span.end();
  }
}

function complaintsTo(log: Logger) {
  const say = (message: string) => log.warn({ message: message.slice(0, 500) }, 'traces_not_exported');
  const nothing = () => undefined;
  return { error: say, warn: say, info: nothing, debug: nothing, verbose: nothing };
}
