import { type BlockDevice, type Encryption, encryptionOf, type Finding } from './at-rest-devices.js';
import { type Mount, mountOf, mountsIn } from './at-rest-mounts.js';

/** What must be asked of a machine to know how its files lie on its disks. */
export interface Storage {
  /** The text of /proc/self/mountinfo. */
  mountinfo: string;
  /** The text of /proc/swaps. */
  swaps: string;
  device(number: string): BlockDevice | undefined;
  /** `major:minor` of a block device by its path; undefined when it is none. */
  numberOf(path: string): string | undefined;
  /** All devices of a Btrfs file system, one of which is this. */
  btrfsDevices(source: string): string[];
  /** Whether the file system encrypts the files there itself (fscrypt); undefined: it does not say. */
  encryptsFiles(path: string): boolean | undefined;
  /** The property `encryption` of a dataset of ZFS; undefined: it cannot be asked. */
  zfsEncryption(dataset: string): string | undefined;
}

const CANNOT_TELL: Encryption = 'cannot-tell';
const ENCRYPTING_FILE_SYSTEMS = ['ecryptfs', 'fuse.gocryptfs', 'fuse.encfs', 'fuse.cryfs'];
const MEMORY = ['tmpfs', 'ramfs', 'devtmpfs'];

/** @param path absolute, without links */
export function encryptionAt(path: string, storage: Storage, depth = 0): Finding {
  const mount = mountOf(path, mountsIn(storage.mountinfo));
  if (!mount || depth > 4) return { encryption: CANNOT_TELL, because: `nothing is mounted at ${path}` };
  const { encryption, because } = below(path, mount, storage, depth);
  return { encryption, because: `${mount.fileSystem} on ${because}` };
}

function below(path: string, mount: Mount, storage: Storage, depth: number): Finding {
  const { fileSystem, source, device, options } = mount;
  if (ENCRYPTING_FILE_SYSTEMS.includes(fileSystem))
    return { encryption: 'encrypted', because: `${source}, by the file system` };
  if (MEMORY.includes(fileSystem)) return inMemory(storage, depth);
  if (fileSystem === 'overlay') return overlay(options, storage, depth);
  if (fileSystem === 'zfs') return zfs(source, storage);
  const onDevices = devicesOf(mount, storage).map((number) =>
    encryptionOf(
      number,
      (one) => storage.device(one),
      (file) => encryptionAt(file, storage, depth + 1),
    ),
  );
  const worst = worstOf(onDevices) ?? {
    encryption: CANNOT_TELL,
    because: `${source} (${device}), which is no disk of this machine`,
  };
  if (worst.encryption !== 'encrypted' && storage.encryptsFiles(path))
    return { encryption: 'encrypted', because: `${source}, whose files there are encrypted each (fscrypt)` };
  return worst;
}

function devicesOf({ device, source, fileSystem }: Mount, storage: Storage): string[] {
  if (fileSystem === 'btrfs') return storage.btrfsDevices(source);
  if (!device.startsWith('0:')) return [device];
  const number = source.startsWith('/dev/') ? storage.numberOf(source) : undefined;
  return number === undefined ? [] : [number];
}

/** What is written in a container goes to the upper folder, if that can be seen from here. */
function overlay(options: string[], storage: Storage, depth: number): Finding {
  const upper = options.find((option) => option.startsWith('upperdir='))?.slice('upperdir='.length);
  if (upper === undefined || !isSeen(upper, storage))
    return { encryption: CANNOT_TELL, because: 'folders of the container’s host: check it there' };
  return encryptionAt(upper, storage, depth + 1);
}

/** Within a container the paths of an overlay are its host's. */
function isSeen(upper: string, { mountinfo }: Storage): boolean {
  const mount = mountOf(upper, mountsIn(mountinfo));
  return mount !== undefined && mount.fileSystem !== 'overlay';
}

function zfs(dataset: string, storage: Storage): Finding {
  const value = storage.zfsEncryption(dataset);
  if (value === undefined || value === '-' || value === '')
    return { encryption: CANNOT_TELL, because: `${dataset}: \`zfs get encryption ${dataset}\` says` };
  if (value !== 'off') return { encryption: 'encrypted', because: `${dataset}, by ZFS (${value})` };
  return { encryption: CANNOT_TELL, because: `${dataset}, not by ZFS; perhaps by the disks of its pool` };
}

/** Memory is on no disk, unless it is swapped out. */
function inMemory(storage: Storage, depth: number): Finding {
  const [, ...lines] = storage.swaps.split('\n').filter((line) => line.trim() !== '');
  const findings = lines.map((line) => {
    const [file = '', kind] = line.split(/\s+/);
    return { ...swapAt(file, kind, storage, depth), file };
  });
  const worst = worstOf(findings);
  if (!worst) return { encryption: 'encrypted', because: 'memory, and there is no swap: on no disk' };
  return { encryption: worst.encryption, because: `memory, swapped to ${worst.because}` };
}

function swapAt(file: string, kind: string | undefined, storage: Storage, depth: number): Finding {
  if (kind !== 'partition') return encryptionAt(file, storage, depth + 1);
  if (/^\/dev\/zram\d+$/.test(file)) return { encryption: 'encrypted', because: `${file}, which is memory` };
  const number = storage.numberOf(file);
  if (number === undefined) return { encryption: CANNOT_TELL, because: file };
  return encryptionOf(
    number,
    (one) => storage.device(one),
    (path) => encryptionAt(path, storage, depth + 1),
  );
}

function worstOf(findings: Finding[]): Finding | undefined {
  const order: Encryption[] = ['not-encrypted', 'cannot-tell', 'encrypted'];
  return findings.toSorted(
    (one, other) => order.indexOf(one.encryption) - order.indexOf(other.encryption),
  )[0];
}
