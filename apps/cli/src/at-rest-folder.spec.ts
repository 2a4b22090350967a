import { expect, it } from 'vitest';
import { mountPointsIn, mountsIn } from './at-rest-mounts.js';
import type { Storage } from './at-rest-folder.js';
import { encryptionAt } from './at-rest-folder.js';
import {
  aMachine,
  container,
  lvmOnLuks,
  manyFileSystems,
  raidHalfOnLuks,
  raidOnLuks,
  virtualMachine,
} from './at-rest-machines.fixture.js';

it.each<[string, Storage, string, string, string]>([
  ['LVM in LUKS', lvmOnLuks, '/var/lib', 'encrypted', 'ext4 on dm-1 on dm-0 is dm-crypt (LUKS2)'],
  ['a partition beside it', lvmOnLuks, '/boot', 'not-encrypted', 'ext4 on sda1 on sda is a disk'],
  ['a mirror of two LUKS', raidOnLuks, '/srv/kafka', 'encrypted', 'xfs on md0 on dm-0 is dm-crypt'],
  ['a mirror with one open disk', raidHalfOnLuks, '/srv', 'not-encrypted', 'xfs on md0 on nvme1n1 is a disk'],
  ['a virtual disk', virtualMachine, '/work', 'cannot-tell', 'which its host may encrypt or not'],
  [
    'a loop on it',
    virtualMachine,
    '/tmp/xm',
    'cannot-tell',
    'ext4 on loop0 on ext4 on vda is a disk of a virtual',
  ],
  ['a container’s own files', container, '/app', 'cannot-tell', 'container’s host: check it there'],
  [
    'a volume in a container',
    container,
    '/var/lib/kafka/x',
    'not-encrypted',
    'ext4 on sdb1 on sdb is a disk',
  ],
  [
    'NFS',
    manyFileSystems,
    '/nfs/backup',
    'cannot-tell',
    'filer:/export (0:40), which is no disk of this machine',
  ],
  ['ZFS with a key', manyFileSystems, '/pool/safe/a', 'encrypted', 'zfs on pool/safe, by ZFS (aes-256-gcm)'],
  [
    'ZFS without',
    manyFileSystems,
    '/pool/open',
    'cannot-tell',
    'not by ZFS; perhaps by the disks of its pool',
  ],
  ['eCryptfs', manyFileSystems, '/home/anna/private', 'encrypted', 'by the file system'],
  ['Btrfs on two LUKS', manyFileSystems, '/srv', 'encrypted', 'btrfs on dm-1 is dm-crypt'],
  ['fscrypt on an open disk', manyFileSystems, '/fscrypt/x', 'encrypted', 'encrypted each (fscrypt)'],
  [
    'dm-verity, which hides nothing',
    manyFileSystems,
    '/verity',
    'not-encrypted',
    'dm-9 on sda1 on sda is a disk',
  ],
  ['a mount with a space', manyFileSystems, '/with space/x', 'not-encrypted', 'ext4 on sda1'],
  ['a name that only begins alike', lvmOnLuks, '/bootx', 'encrypted', 'ext4 on dm-1'],
])('%s', (_, machine, path, encryption, because) => {
  const found = encryptionAt(path, machine);
  expect(found.because).toContain(because);
  expect(found.encryption).toBe(encryption);
});

it('names what is mounted within a folder, as another answer', () => {
  const { mountinfo } = manyFileSystems;
  const mounts = mountsIn(`${mountinfo}40 30 0:3 / /pool/proc rw - proc proc rw\n`);
  expect(mountPointsIn('/pool', mounts)).toEqual(['/pool/open', '/pool/safe']);
  expect(mountPointsIn('/pool/safe', mounts)).toEqual([]);
});

it('takes memory for encrypted where nothing is swapped, and for what the swap is otherwise', () => {
  const { mountinfo } = manyFileSystems;
  const swapped = (line: string) =>
    encryptionAt(
      '/run/x',
      aMachine({
        mountinfo,
        swaps: `Filename Type Size Used Priority\n${line}\n`,
        numberOf: (path) => ({ '/dev/sda2': '8:2', '/dev/dm-1': '253:1' })[path],
        devices: {
          '8:2': { name: 'sda2', madeOf: [], disk: '8:0' },
          '8:1': { name: 'sda1', madeOf: [], disk: '8:0' },
          '8:0': { name: 'sda', madeOf: [] },
          '253:1': { name: 'dm-1', mapperId: 'CRYPT-PLAIN-swap', madeOf: ['8:2'] },
        },
      }),
    ).encryption;
  expect(encryptionAt('/run/x', manyFileSystems).encryption).toBe('encrypted');
  expect(swapped('/dev/dm-1 partition 100 0 -2')).toBe('encrypted');
  expect(swapped('/dev/zram0 partition 100 0 100')).toBe('encrypted');
  expect(swapped('/dev/sda2 partition 100 0 -2')).toBe('not-encrypted');
  expect(swapped('/swap.img file 100 0 -2')).toBe('not-encrypted');
});

it('looks at the upper folder of an overlay that is seen from here', () => {
  const machine = aMachine({
    mountinfo: `30 1 8:1 / / rw - ext4 /dev/sda1 rw
31 30 0:50 / /merged rw - overlay overlay rw,lowerdir=/a,upperdir=/b,workdir=/c
`,
    devices: { '8:1': { name: 'sda1', madeOf: [], disk: '8:0' }, '8:0': { name: 'sda', madeOf: [] } },
  });
  expect(encryptionAt('/merged/x', machine)).toEqual({
    encryption: 'not-encrypted',
    because: 'overlay on ext4 on sda1 on sda is a disk, and nothing above it encrypts',
  });
});

it('ends on devices that are made of each other', () => {
  const machine = aMachine({
    mountinfo: '30 1 9:0 / / rw - ext4 /dev/md0 rw\n',
    devices: { '9:0': { name: 'md0', madeOf: ['9:1'] }, '9:1': { name: 'md1', madeOf: ['9:0'] } },
  });
  expect(encryptionAt('/', machine).encryption).toBe('cannot-tell');
});

it('cannot tell of a device the kernel says nothing of', () => {
  const machine = aMachine({ mountinfo: '30 1 8:1 / / rw - ext4 /dev/sda1 rw\n' });
  expect(encryptionAt('/', machine).encryption).toBe('cannot-tell');
  expect(encryptionAt('/', aMachine({})).encryption).toBe('cannot-tell');
});
