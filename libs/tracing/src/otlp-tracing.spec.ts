import { pino } from 'pino';
import { eventually, OtlpReceiver } from '@navora/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { otlpTracing } from './otlp-tracing.js';
import type { Tracing } from './tracing.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const DEVICE = 'b7ad6b7169203331';
const KEPT = { traceparent: `00-${TRACE}-${DEVICE}-01` };

let collector: OtlpReceiver;
let said: string[];
const opened: Tracing[] = [];

beforeEach(async () => {
  collector = await OtlpReceiver.start();
  said = [];
});
afterEach(async () => {
  for (const tracing of opened.splice(0)) await tracing.stop();
  await collector.stop();
});

function tracingOf({ ratio = 0, random = Math.random } = {}): Tracing {
  const log = pino({ messageKey: 'event' }, { write: (line: string) => said.push(line) });
  const tracing = otlpTracing({
    service: 'test',
    url: `${collector.url}/v1/traces`,
    ...{ ratio, random, log },
  });
  opened.push(tracing);
  return tracing;
}

it('goes on with the trace of a sender that wants it kept, from span to span', async () => {
  const tracing = tracingOf();
  const first = tracing.arrives('receive', { ...KEPT, tracestate: 'vendor=1' }, 1_763_800_000_000);
  const second = tracing.goesOn('process', first?.headers ?? {});
  const part = second?.part('store');
  part?.end();
  second?.tell({ 'navora.vehicle_id': 'truck-17' });
  second?.end();
  first?.end();
  await tracing.stop();

  const spanOf = (name: string) => collector.of(TRACE).find((span) => span.name === name);
  expect(spanOf('receive')).toMatchObject({
    service: 'test',
    parentSpanId: DEVICE,
    startedAt: 1_763_800_000_000,
  });
  expect(spanOf('process')).toMatchObject({
    parentSpanId: spanOf('receive')?.spanId,
    attributes: { 'navora.vehicle_id': 'truck-17' },
    failure: undefined,
  });
  expect(spanOf('store')?.parentSpanId).toBe(spanOf('process')?.spanId);
  expect(first?.headers).toEqual({
    traceparent: `00-${TRACE}-${spanOf('receive')?.spanId}-01`,
    tracestate: 'vendor=1',
  });
});

it('says of what went no further why', async () => {
  const tracing = tracingOf();
  tracing.arrives('receive', KEPT, Date.now())?.fail('malformed-body');
  await tracing.stop();
  expect(collector.of(TRACE)).toMatchObject([{ failure: 'malformed-body' }]);
});

it('follows neither what its sender does not want kept, nor what has no trace but by chance', () => {
  const tracing = tracingOf({ ratio: 0.25, random: () => 0.3 });
  expect(tracing.arrives('receive', { traceparent: `00-${TRACE}-${DEVICE}-00` }, 1)).toBeUndefined();
  expect(tracing.arrives('receive', undefined, 1)).toBeUndefined();
  expect(tracing.arrives('receive', { traceparent: 'whatever a vehicle says' }, 1)).toBeUndefined();
  const lucky = tracingOf({ ratio: 0.25, random: () => 0.2 });
  expect(lucky.arrives('receive', {}, 1)?.headers['traceparent']).toMatch(
    /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/,
  );
  expect(lucky.goesOn('process', {}), 'only the first service begins one').toBeUndefined();
});

it('says so when the collector takes nothing, and goes on', async () => {
  collector.status = 400;
  const tracing = tracingOf();
  tracing.arrives('receive', KEPT, Date.now())?.end();
  await tracing.stop();
  await eventually('a line of the log', () => said.some((line) => line.includes('traces_not_exported')));
  expect(collector.spans).toEqual([]);
});
