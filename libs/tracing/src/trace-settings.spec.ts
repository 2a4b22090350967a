import { readConfiguration } from '@navora/runtime';
import { expect, it } from 'vitest';
import { startTracing } from './start-tracing.js';
import { NO_TRACING } from './tracing.js';
import { traceSettings, tracesUrlOf } from './trace-settings.js';

const read = (environment: Record<string, string>) => readConfiguration(traceSettings, environment);

it('is off unless there is somewhere to tell it to', async () => {
  const settings = read({});
  expect(tracesUrlOf(settings)).toBeUndefined();
  expect(await startTracing('test', settings, undefined as never)).toBe(NO_TRACING);
});

it('tells it to NAVORA_OTLP_URL, or else to where OpenTelemetry is told to', () => {
  const standard = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
  expect(tracesUrlOf(read(standard))).toBe('http://collector:4318/v1/traces');
  expect(tracesUrlOf(read({ ...standard, NAVORA_OTLP_URL: 'https://other/otlp/' }))).toBe(
    'https://other/otlp/v1/traces',
  );
});

it('takes a share from 0 to 1', () => {
  expect(read({ NAVORA_TRACE_RATIO: '0.25' }).traceRatio).toBe(0.25);
  expect(() => read({ NAVORA_TRACE_RATIO: '2' })).toThrow('NAVORA_TRACE_RATIO: must be a number from 0 to 1');
});
