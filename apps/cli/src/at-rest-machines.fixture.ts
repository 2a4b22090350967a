import type { BlockDevice } from './at-rest-devices.js';
import type { Storage } from './at-rest-folder.js';

/** A machine of a test: what its kernel would say. */
export function aMachine(
  over: Partial<Omit<Storage, 'device'>> & { devices?: Record<string, BlockDevice> },
): Storage {
  const { devices = {}, ...rest } = over;
  return {
    mountinfo: '',
    swaps: 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n',
    device: (number) => devices[number],
    numberOf: () => undefined,
    btrfsDevices: () => [],
    encryptsFiles: () => undefined,
    zfsEncryption: () => undefined,
    ...rest,
  };
}

const LUKS = 'CRYPT-LUKS2-6e0d3b7f0c9d4c5e9d6b0f6f1f6f3c55-data';

/** Debian's installer: LVM in one encrypted partition, /boot beside it. */
export const lvmOnLuks = aMachine({
  mountinfo: `25 30 0:23 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
30 1 254:1 / / rw,relatime shared:1 - ext4 /dev/mapper/host--vg-root rw,errors=remount-ro
75 30 8:1 / /boot rw,relatime shared:31 - ext4 /dev/sda1 rw
`,
  devices: {
    '254:1': { name: 'dm-1', mapperId: 'LVM-qj3Rk0cDqz3hQx0Yt9Yy9Lr0yQkq5k1u', madeOf: ['254:0'] },
    '254:0': { name: 'dm-0', mapperId: LUKS, madeOf: ['8:5'] },
    '8:5': { name: 'sda5', madeOf: [], disk: '8:0' },
    '8:1': { name: 'sda1', madeOf: [], disk: '8:0' },
    '8:0': { name: 'sda', madeOf: [] },
  },
});

const raid = (second: BlockDevice) =>
  aMachine({
    mountinfo: '30 1 9:0 / /srv rw - xfs /dev/md0 rw\n',
    devices: {
      '9:0': { name: 'md0', madeOf: ['253:0', '253:1'] },
      '253:0': { name: 'dm-0', mapperId: LUKS, madeOf: ['259:1'] },
      '253:1': second,
      '259:1': { name: 'nvme0n1', madeOf: [] },
      '259:2': { name: 'nvme1n1', madeOf: [] },
    },
  });
/** A mirror of two encrypted disks, and one of which somebody replaced a disk. */
export const raidOnLuks = raid({ name: 'dm-1', mapperId: LUKS, madeOf: ['259:2'] });
export const raidHalfOnLuks = raid({ name: 'nvme1n1', madeOf: [] });

/** As recorded on a virtual machine with virtio. */
export const virtualMachine = aMachine({
  mountinfo: `22 27 0:21 / /proc rw,relatime - proc proc rw
24 27 0:6 / /dev rw,relatime - devtmpfs devtmpfs rw,size=12334556k,nr_inodes=3083639,mode=755
25 24 0:23 / /dev/shm rw,relatime - tmpfs tmpfs rw,size=24684100k
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard,resv_strict,resuid=65534,resgid=65534
42 27 7:0 / /tmp/xm rw,relatime - ext4 /dev/loop0 rw
`,
  devices: {
    '254:0': { name: 'vda', madeOf: [], virtual: true },
    '7:0': { name: 'loop0', madeOf: [], file: '/var/x.img' },
  },
});

/** Within a container of Docker: the overlay's folders are the host's, a volume is a bind mount. */
export const container = aMachine({
  mountinfo: `612 489 0:54 / / rw,relatime master:263 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/AB,upperdir=/var/lib/docker/overlay2/3f/diff,workdir=/var/lib/docker/overlay2/3f/work
660 612 8:17 /docker/volumes/kafka/_data /var/lib/kafka rw,relatime master:40 - ext4 /dev/sdb1 rw
`,
  devices: { '8:17': { name: 'sdb1', madeOf: [], disk: '8:16' }, '8:16': { name: 'sdb', madeOf: [] } },
});

export const manyFileSystems = aMachine({
  mountinfo: `30 1 8:1 / / rw - ext4 /dev/sda1 rw
31 30 0:40 / /nfs rw - nfs4 filer:/export rw,vers=4.2
32 30 0:41 / /pool/safe rw - zfs pool/safe rw,xattr
33 30 0:42 / /pool/open rw - zfs pool/open rw,xattr
34 30 0:43 / /home/anna/private rw - ecryptfs /home/.ecryptfs/anna/.Private rw
35 30 0:44 /@srv /srv rw - btrfs /dev/mapper/one rw,subvol=/@srv
36 30 0:45 / /run rw,nosuid - tmpfs tmpfs rw,mode=755
37 30 253:9 / /verity ro - ext4 /dev/mapper/verity ro
38 30 8:1 /with\\040space /with\\040space rw - ext4 /dev/sda1 rw
`,
  devices: {
    '8:1': { name: 'sda1', madeOf: [], disk: '8:0' },
    '8:0': { name: 'sda', madeOf: [] },
    '253:1': { name: 'dm-1', mapperId: LUKS, madeOf: ['8:16'] },
    '253:2': { name: 'dm-2', mapperId: LUKS, madeOf: ['8:32'] },
    '253:9': { name: 'dm-9', mapperId: 'CRYPT-VERITY-0f-verity', madeOf: ['8:1'] },
  },
  btrfsDevices: () => ['253:1', '253:2'],
  zfsEncryption: (dataset) => ({ 'pool/safe': 'aes-256-gcm', 'pool/open': 'off' })[dataset],
  encryptsFiles: (path) => path.startsWith('/fscrypt'),
});
