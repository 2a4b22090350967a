import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { roomAt } from './room.js';

it('tells the free bytes of a disk as df does', () => {
  const { stdout } = spawnSync('df', ['-Pk', tmpdir()], { encoding: 'utf8' });
  const availableKiB = Number(stdout.trim().split('\n').at(-1)?.split(/\s+/)[3]);
  // Others write meanwhile.
  expect(Math.abs(roomAt(tmpdir()) - availableKiB * 1024)).toBeLessThan(256 * 1024 * 1024);
});

it('does not hold up anything where it cannot tell', () => {
  expect(roomAt(join(tmpdir(), 'no-such-folder-of-navora'))).toBe(Infinity);
});
