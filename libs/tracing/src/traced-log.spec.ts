import { pino } from 'pino';
import { expect, it } from 'vitest';
import { TracedLog } from './traced-log.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const traced = { traceparent: Buffer.from(`00-${TRACE}-b7ad6b7169203331-00`) };

function aLog(now = () => 1000) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ messageKey: 'event' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  return { lines, traced: new TracedLog(log, now) };
}

it('puts the ids of the trace into the line, whether or not the trace is kept', () => {
  const { lines, traced: log } = aLog();
  log.tell('dead_lettered', traced, { reason: 'malformed-body' });
  expect(lines).toMatchObject([
    { event: 'dead_lettered', traceId: TRACE, spanId: 'b7ad6b7169203331', reason: 'malformed-body' },
  ]);
});

it('says nothing of what came without a trace, or with none that is one', () => {
  const { lines, traced: log } = aLog();
  log.tell('dead_lettered', undefined, {});
  log.tell('dead_lettered', {}, {});
  log.tell('dead_lettered', { traceparent: 'x'.repeat(10_000) }, {});
  expect(lines).toEqual([]);
});

it('bounds its lines, since senders decide what has a trace', () => {
  let now = 1000;
  const { lines, traced: log } = aLog(() => now);
  for (let i = 0; i < 500; i++) log.tell('dead_lettered', traced, {});
  expect(lines).toHaveLength(20);
  now += 1000;
  log.tell('dead_lettered', traced, {});
  expect(lines).toHaveLength(21);
});
