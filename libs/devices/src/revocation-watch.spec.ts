import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@navora/runtime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RevocationList } from './revocation-lists.js';
import { type Broker, RevocationWatch } from './revocation-watch.js';

let folder: string;
let newest: RevocationList | undefined;
let done: string[];
let fails: string | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'navora-watch-'));
  newest = undefined;
  done = [];
  fails = undefined;
});
afterEach(() => rmSync(folder, { recursive: true }));

const broker: Broker = {
  reload: async () => note('reload'),
  disconnect: async (vehicleId) => note(vehicleId),
};
function note(what: string): void {
  if (what === fails) throw new Error('the broker is away');
  done.push(what);
}

const file = () => join(folder, 'revoked.crl');
const watch = () =>
  new RevocationWatch(
    { newest: async () => newest },
    broker,
    { authority: 'a', file: file() },
    createLogger('test', 'silent'),
  );
const list = (number: number, ...serials: [string, string][]): RevocationList => ({
  ...{ number, madeAt: new Date(number * 1000), list: `list ${number}`, serials: new Map(serials) },
});

it('waits for the first list', async () => {
  expect(await watch().look()).toBe(0);
  expect(done).toEqual([]);
});

it('puts a new list in force: the file, then the broker, then those who are connected', async () => {
  newest = list(1, ['01', 'truck-1']);
  const watching = watch();
  expect(await watching.look()).toBe(1);
  expect(readFileSync(file(), 'utf8')).toBe('list 1');
  expect(done).toEqual(['reload', 'truck-1']);
  await watching.look();
  expect(done).toHaveLength(2);
});

it('disconnects those who are new on the list, each once', async () => {
  newest = list(1, ['01', 'truck-1']);
  await watch().look();
  done = [];
  newest = list(2, ['01', 'truck-1'], ['02', 'truck-2'], ['03', 'truck-2']);
  await watch().look();
  expect(done).toEqual(['reload', 'truck-2']);
});

it('finishes what it had begun when it was cut short', async () => {
  newest = list(1, ['01', 'truck-1'], ['02', 'truck-2']);
  fails = 'truck-2';
  await expect(watch().look()).rejects.toThrow('the broker is away');
  fails = undefined;
  done = [];
  expect(await watch().look()).toBe(1);
  expect(done).toEqual(['reload', 'truck-1', 'truck-2']);
});

it('takes what the registry says, also when that begins anew', async () => {
  newest = list(7, ['01', 'truck-1']);
  await watch().look();
  newest = list(1);
  expect(await watch().look()).toBe(1);
  expect(readFileSync(file(), 'utf8')).toBe('list 1');
});

it('goes on looking when a look fails', async () => {
  newest = list(1, ['01', 'truck-1']);
  fails = 'reload';
  const stop = new AbortController();
  const running = watch();
  const over = running.run(5, stop.signal);
  await expect.poll(() => readFileSync(file(), 'utf8')).toBe('list 1');
  expect(done).toEqual([]);
  await expect
    .poll(() => running.notReadyBecause())
    .toEqual(['the newest list of revoked certificates may not be in force: the broker is away']);
  fails = undefined;
  await expect.poll(() => done).toEqual(['reload', 'truck-1']);
  await expect.poll(() => running.notReadyBecause()).toEqual([]);
  expect(running.listInForce).toBe(1);
  stop.abort();
  await over;
});
