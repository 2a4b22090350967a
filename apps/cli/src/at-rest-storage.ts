import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { BlockDevice } from './at-rest-devices.js';
import type { Storage } from './at-rest-folder.js';
import { CommandFailure } from './failure.js';

const BY_NUMBER = '/sys/dev/block';

/** This machine's. @throws CommandFailure where there is no /proc */
export function storageOfThisMachine(): Storage {
  const mountinfo = textOf('/proc/self/mountinfo');
  if (mountinfo === undefined)
    throw new CommandFailure('how disks are encrypted can be told on Linux only: there is no /proc here');
  return {
    mountinfo,
    swaps: textOf('/proc/swaps') ?? '',
    device: readDevice,
    numberOf,
    btrfsDevices,
    encryptsFiles,
    zfsEncryption: (dataset) => outputOf('zfs', 'get', '-H', '-o', 'value', 'encryption', dataset)?.trim(),
  };
}

function readDevice(number: string): BlockDevice | undefined {
  const link = join(BY_NUMBER, number);
  if (!existsSync(link)) return undefined;
  const folder = realpathSync(link);
  const mapperId = textOf(join(folder, 'dm/uuid'))?.trim();
  const file = textOf(join(folder, 'loop/backing_file'))?.trim();
  const isPartition = existsSync(join(folder, 'partition'));
  const disk = isPartition ? textOf(join(dirname(folder), 'dev'))?.trim() : undefined;
  return {
    name: basename(folder),
    madeOf: numbersIn(join(folder, 'slaves')),
    ...(mapperId && { mapperId }),
    ...(file && { file }),
    ...(disk && { disk }),
    virtual: isVirtual(folder),
  };
}

function numbersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => textOf(join(folder, name, 'dev'))?.trim() ?? []);
}

/** virtio, Xen and Hyper-V by their place in the tree of devices; the clouds' NVMe and SCSI disks by their model. */
function isVirtual(folder: string): boolean {
  if (/\/(virtio\d+|vbd-\d+|xen|VMBUS:|vmbus_)/.test(folder)) return true;
  const model = `${textOf(join(folder, 'device/vendor')) ?? ''} ${textOf(join(folder, 'device/model')) ?? ''}`;
  return /Amazon|Google|Msft|Microsoft|VMware|QEMU|VBOX|Virtual|PersistentDisk|PersistDisk/i.test(model);
}

function numberOf(path: string): string | undefined {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status?.isBlockDevice()) return undefined;
  // As glibc's gnu_dev_major and gnu_dev_minor take it apart.
  const number = BigInt(status.rdev);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & ~0xfffn);
  const minor = (number & 0xffn) | ((number >> 12n) & ~0xffn & 0xffffffffn);
  return `${major}:${minor}`;
}

function btrfsDevices(source: string): string[] {
  const root = '/sys/fs/btrfs';
  const known = numberOf(source);
  const all = existsSync(root) ? readdirSync(root).map((id) => numbersIn(join(root, id, 'devices'))) : [];
  return all.find((numbers) => known !== undefined && numbers.includes(known)) ?? (known ? [known] : []);
}

/** The flag of ext4 and F2FS. */
function encryptsFiles(path: string): boolean | undefined {
  const flags = outputOf('lsattr', '-d', path)?.split(' ')[0];
  return flags?.includes('E');
}

function outputOf(command: string, ...args: string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
