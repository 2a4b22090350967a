import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformSync } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';
import { selfTimes, type CallFrame, type CpuProfile } from './cpu-profile.js';
import { Origins } from './origins.js';

const frame = (functionName: string, url = '', lineNumber = 0, columnNumber = 0) => ({
  ...{ functionName, url, lineNumber, columnNumber, scriptId: '0' },
});

function profileOf(...times: [CallFrame & { scriptId: string }, micros: number][]): CpuProfile {
  return {
    nodes: times.map(([callFrame], id) => ({ id, callFrame })),
    samples: times.map((_, id) => id),
    timeDeltas: times.map(([, micros]) => micros),
    ...{ startTime: 0, endTime: 0 },
  };
}

it('shares the busy time among those who ran, and none for waiting', () => {
  const profile = profileOf(
    [frame('(idle)'), 900],
    [frame('encode', 'file:///w/node_modules/cassandra-driver/lib/encoder.js'), 30],
    [frame('decode', 'file:///w/node_modules/cassandra-driver/lib/encoder.js'), 20],
    [frame('(garbage collector)'), 40],
    [frame('writev', 'node:net'), 10],
  );
  const origins = new Origins('/w');
  const { busyMicros, byOwner, byFunction } = selfTimes(profile, (one) => origins.of(one));
  expect(busyMicros).toBe(100);
  expect(byOwner).toEqual([
    { name: 'cassandra-driver', share: 0.5 },
    { name: 'garbage collection', share: 0.4 },
    { name: 'Node', share: 0.1 },
  ]);
  expect(byFunction.map(({ name }) => name)).toEqual([
    '(garbage collector)',
    'encode, encoder.js',
    'decode, encoder.js',
    'writev',
  ]);
});

it('is empty of a process that only waited', () => {
  const times = selfTimes(profileOf([frame('(idle)'), 900]), () => ({ owner: 'nobody', what: '' }));
  expect(times).toEqual({ busyMicros: 0, byOwner: [], byFunction: [] });
});

it('names the innermost package, scopes included', () => {
  const origins = new Origins('/w');
  const inside = frame('send', '/w/node_modules/kafkajs/node_modules/@scope/small/index.js');
  expect(origins.of(inside)).toEqual({ owner: '@scope/small', what: 'send, index.js' });
});

it('finds the file of ours that a bundle was made of', () => {
  const root = mkdtempSync(join(tmpdir(), 'navora-origins-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const source = 'export function first() { return 1; }\n\nexport function second() { return 2; }\n';
  const { code, map } = transformSync(source, { sourcemap: true, sourcefile: 'libs/one.ts', loader: 'ts' });
  writeFileSync(join(root, 'bundle.mjs'), code);
  writeFileSync(join(root, 'bundle.mjs.map'), map);
  const lineNumber = code.split('\n').findIndex((line) => line.includes('second'));
  const { href } = pathToFileURL(join(root, 'bundle.mjs'));
  expect(new Origins(root).of(frame('second', href, lineNumber, 7))).toEqual({
    owner: 'Navora',
    what: 'second, libs/one.ts',
  });
  expect(new Origins(root).of(frame('', pathToFileURL(join(root, 'unmapped.mjs')).href))).toEqual({
    owner: 'Navora',
    what: '(anonymous), unmapped.mjs',
  });
});
