export { startTracing } from './start-tracing.js';
export { TracedLog } from './traced-log.js';
export { traceSettings, type TraceSettings } from './trace-settings.js';
export { handedOn, traceFields, type TraceHeaders } from './trace-headers.js';
export { NO_TRACING, type Told, type TracedSpan, type Tracing } from './tracing.js';
