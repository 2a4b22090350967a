import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { FailingSync, SmallDisk } from './failing-disk.js';

it('an fsync fails while it is told to, and works before and after', ({ skip }) => {
  const disk = FailingSync.build();
  if (typeof disk === 'string') return skip(`not run: ${disk}`);
  onTestFinished(() => disk.dispose());
  const sync = () =>
    spawnSync(
      process.execPath,
      ['-e', "const fs = require('fs'); fs.fsyncSync(fs.openSync(process.execPath))"],
      { env: { ...process.env, ...disk.environment }, encoding: 'utf8' },
    );
  expect(sync().status).toBe(0);
  disk.fail();
  expect(sync().stderr).toContain('EIO');
  disk.heal();
  expect(sync().status).toBe(0);
}, 60_000);

it('a write to a file that is synced by each write fails like an fsync, and no other write does', ({
  skip,
}) => {
  const disk = FailingSync.build();
  if (typeof disk === 'string') return skip(`not run: ${disk}`);
  onTestFinished(() => disk.dispose());
  const folder = mkdtempSync(join(tmpdir(), 'navora-failing-writes-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const write = (flags: string, offset: string) =>
    spawnSync(
      process.execPath,
      [
        '-e',
        `const { constants: { O_WRONLY, O_CREAT, O_DSYNC }, openSync, writeSync } = require('fs');
writeSync(openSync('${join(folder, 'file')}', ${flags}), Buffer.from('x'), 0, 1, ${offset})`,
      ],
      { env: { ...process.env, ...disk.environment }, encoding: 'utf8' },
    );
  disk.fail();
  for (const offset of ['null', '0']) {
    expect(write('O_WRONLY | O_CREAT | O_DSYNC', offset).stderr).toContain('EIO');
    expect(write('O_WRONLY | O_CREAT', offset)).toMatchObject({ status: 0 });
  }
  disk.heal();
  expect(write('O_WRONLY | O_CREAT | O_DSYNC', 'null')).toMatchObject({ status: 0 });
}, 60_000);

it('a small disk is full to the last byte until it is freed', ({ skip }) => {
  const folder = mkdtempSync(join(tmpdir(), 'navora-small-disk-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const disk = SmallDisk.mountedAt(folder, 4);
  if (typeof disk === 'string') return skip(`not run: ${disk}`);
  onTestFinished(() => disk.unmount());
  disk.fill();
  expect(statfsSync(folder).bavail).toBe(0);
  expect(() => writeFileSync(join(folder, 'more'), 'x')).toThrow('ENOSPC');
  disk.free();
  writeFileSync(join(folder, 'more'), 'x');
}, 60_000);
