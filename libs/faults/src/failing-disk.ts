import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const source = join(import.meta.dirname, '../native/failing-sync.c');

/** Makes the fsync, fdatasync and msync of processes that run in its environment fail with EIO, on demand. Linux only. */
export class FailingSync {
  private constructor(private readonly folder: string) {}

  /** @returns in words why it cannot be had here, where there is no C compiler for example. */
  static build(): FailingSync | string {
    if (process.platform !== 'linux') return 'failing fsyncs are made by preloading, on Linux only';
    const folder = mkdtempSync(join(tmpdir(), 'navora-failing-sync-'));
    const { error, status, stderr } = spawnSync(
      'cc',
      ['-shared', '-fPIC', '-O1', '-o', join(folder, 'failing-sync.so'), source, '-ldl'],
      { encoding: 'utf8' },
    );
    if (status === 0) return new FailingSync(folder);
    rmSync(folder, { recursive: true });
    return `failing fsyncs need a C compiler: ${error?.message ?? stderr}`;
  }

  /** What the process must be started with. */
  get environment(): Record<string, string> {
    return { LD_PRELOAD: join(this.folder, 'failing-sync.so'), NAVORA_FAILING_SYNC: this.trigger };
  }

  fail(): void {
    writeFileSync(this.trigger, '');
  }

  heal(): void {
    rmSync(this.trigger, { force: true });
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get trigger(): string {
    return join(this.folder, 'fail');
  }
}

/** A small file system of its own, to be filled to the last byte. It lies in memory; only root may mount it. */
export class SmallDisk {
  private constructor(private readonly folder: string) {}

  /** @returns in words why the folder cannot be one. */
  static mountedAt(folder: string, sizeMiB: number): SmallDisk | string {
    mkdirSync(folder, { recursive: true });
    const { error, status, stderr } = spawnSync(
      'mount',
      ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'navora', folder],
      { encoding: 'utf8' },
    );
    return status === 0
      ? new SmallDisk(folder)
      : `a small disk could not be mounted: ${error?.message ?? stderr.trim()}`;
  }

  /** Until nothing more fits. */
  fill(): void {
    const file = openSync(join(this.folder, FILLER), 'a');
    try {
      for (const size of [1 << 20, 4096])
        for (const block = Buffer.alloc(size); ;) if (!wrote(file, block)) break;
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(join(this.folder, FILLER), { force: true });
  }

  unmount(): void {
    SmallDisk.unmountFrom(this.folder);
  }

  /** Also what a run left that was killed; nothing happens where nothing is mounted. */
  static unmountFrom(folder: string): void {
    spawnSync('umount', ['-l', folder]);
  }
}

const FILLER = 'filler';

function wrote(file: number, block: Buffer): boolean {
  try {
    return writeSync(file, block) === block.length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
