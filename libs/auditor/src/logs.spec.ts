import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { faultsAround, parseFaultLog } from './fault-log.js';
import { digestOf } from './ids.js';
import { receivedIn } from './received-log.js';

it('a fault log names what was done and when; other lines of it are left alone', () => {
  const text = [
    '{"type":"run","seed":7}',
    '{"type":"fault","code":"P12","what":"Cassandra frozen","from":1000,"to":2000}',
    '{"type":"fault","code":"B2","what":"bridge killed","from":90000}',
    '',
  ].join('\n');
  const faults = parseFaultLog(text, 'faults.jsonl');
  expect(faults).toEqual([
    { code: 'P12', what: 'Cassandra frozen', from: 1000, to: 2000 },
    { code: 'B2', what: 'bridge killed', from: 90_000, to: Infinity },
  ]);
  const around = (time?: number) => faultsAround(faults, time).map((fault) => fault.code);
  expect([around(1500), around(32_000), around(32_001), around(60_000), around(), around(1e9)]).toEqual([
    ['P12'],
    ['P12'],
    [],
    ['B2'],
    [],
    ['B2'],
  ]);
});

it.each(['garbage', '{"type":"fault","code":"P12"}', '{}'])(
  'refuses a fault log with the line %s',
  (line) => {
    expect(() => parseFaultLog(`\n${line}`, 'faults.jsonl')).toThrow('faults.jsonl:2: ');
  },
);

it('the log of a tap may end in a torn line, but has no other garbage', async () => {
  const body = Buffer.from('{"recordedAt":1}');
  const sha256 = createHash('sha256').update(body).digest('hex');
  const line = JSON.stringify({ type: 'received', at: 5, topic: 'vehicles/v1/telemetry', sha256 });
  const read = async (...lines: string[]) => {
    const messages = [];
    for await (const message of receivedIn('tap.jsonl', lines)) messages.push(message);
    return messages;
  };
  expect(await read(line, '{"type":"rec')).toEqual([
    { topic: 'vehicles/v1/telemetry', digest: digestOf(body) },
  ]);
  await expect(read('{"type":"rec', line)).rejects.toThrow('tap.jsonl:1: ');
});
