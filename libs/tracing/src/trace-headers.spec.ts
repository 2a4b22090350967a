import { expect, it } from 'vitest';
import { handedOn, traceFields } from './trace-headers.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${TRACE}-b7ad6b7169203331-00`;

it('hands a trace on that nobody follows, and nothing that is none', () => {
  expect(handedOn({ traceparent: Buffer.from(traceparent), tracestate: 'a=1', other: 'x' })).toEqual({
    traceparent,
    tracestate: 'a=1',
  });
  expect(handedOn({ traceparent, tracestate: 'x'.repeat(513) }), 'W3C allows to leave that out').toEqual({
    traceparent,
  });
  expect(handedOn({})).toBeUndefined();
  expect(handedOn({ tracestate: 'a=1' })).toBeUndefined();
  expect(handedOn({ traceparent: 'x'.repeat(60_000) })).toBeUndefined();
});

it('knows the ids of a trace by its header', () => {
  expect(traceFields({ traceparent })).toEqual({ traceId: TRACE, spanId: 'b7ad6b7169203331' });
  expect(traceFields({ traceparent: '00-old' })).toBeUndefined();
});
