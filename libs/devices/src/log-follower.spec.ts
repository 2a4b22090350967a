import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogFollower } from './log-follower.js';

let folder: string;
let log: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'navora-log-'));
  log = join(folder, 'mqtt.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

function all(follower: LogFollower): string[] {
  const lines: string[] = [];
  for (let part = follower.read(); part; part = follower.read())
    lines.push(...part.lines.map(({ text }) => text));
  return lines;
}

it('waits for a log that is not there yet, and reads it from its beginning', () => {
  const follower = new LogFollower(log, undefined);
  expect(follower.read()).toBeUndefined();
  writeFileSync(log, 'one\ntwo\n');
  expect(all(follower)).toEqual(['one', 'two']);
  expect(follower.lostTheThread).toBe(false);
});

it('reads half a line when it is whole, and says where each begins', () => {
  writeFileSync(log, 'one\ntw');
  const follower = new LogFollower(log, undefined);
  expect(follower.read()?.lines).toEqual([{ text: 'one', offset: 0 }]);
  expect(follower.read()).toBeUndefined();
  expect(follower.behind).toBe(2);
  appendFileSync(log, 'ö\n');
  expect(follower.read()?.lines).toEqual([{ text: 'twö', offset: 4 }]);
});

it('reads a long log a part at a time', () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i} ${'x'.repeat(60)}`);
  writeFileSync(log, `${lines.join('\n')}\n`);
  const follower = new LogFollower(log, undefined);
  expect(follower.read()?.lines.length).toBeLessThan(5000);
  expect(all(follower).at(-1)).toBe(lines.at(-1));
});

it('goes on where it was', () => {
  writeFileSync(log, 'one\n');
  const place = new LogFollower(log, undefined).read()?.place;
  appendFileSync(log, 'two\n');
  expect(all(new LogFollower(log, place))).toEqual(['two']);
});

it('reads a log that was renamed to its end, then its successor', () => {
  writeFileSync(log, 'one\n');
  const follower = new LogFollower(log, undefined);
  all(follower);
  renameSync(log, `${log}.1`);
  appendFileSync(`${log}.1`, 'two\n');
  expect(all(follower)).toEqual(['two']);
  writeFileSync(log, 'three\n');
  expect(all(follower)).toEqual(['three']);
});

it('finds a log that was renamed while it was away', () => {
  writeFileSync(log, 'one\n');
  const place = new LogFollower(log, undefined).read()?.place;
  appendFileSync(log, 'two\n');
  renameSync(log, `${log}.1`);
  writeFileSync(log, 'three\n');
  const follower = new LogFollower(log, place);
  expect(all(follower)).toEqual(['two', 'three']);
  expect(follower.lostTheThread).toBe(false);
});

it('begins anew with a log that was emptied', () => {
  writeFileSync(log, 'one\ntwo\n');
  const follower = new LogFollower(log, undefined);
  all(follower);
  truncateSync(log);
  appendFileSync(log, 'three\n');
  expect(all(follower)).toEqual(['three']);
});

it('says so when the log where it was is gone', () => {
  writeFileSync(log, 'one\n');
  const place = { inode: 1, offset: 100 };
  const follower = new LogFollower(log, place);
  expect(all(follower)).toEqual(['one']);
  expect(follower.lostTheThread).toBe(true);
});
