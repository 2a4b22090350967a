/** A line of /proc/self/mountinfo. */
export interface Mount {
  /** `major:minor` of what is mounted; major 0 for file systems without a block device of their own. */
  device: string;
  point: string;
  fileSystem: string;
  /** Such as /dev/sda1, a dataset, or a share. */
  source: string;
  options: string[];
}

/** @param mountinfo as proc_pid_mountinfo(5) describes it */
export function mountsIn(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ');
    const [, , device, , point] = (before ?? '').split(' ');
    const [fileSystem, source, options = ''] = (after ?? '').split(' ');
    if (!device || !point || !fileSystem || source === undefined) return [];
    return [
      { device, point: unescaped(point), fileSystem, source: unescaped(source), options: options.split(',') },
    ];
  });
}

/** What holds this path: of two mounts at one point the later lies above. @param path absolute, without links */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  let found: Mount | undefined;
  for (const mount of mounts)
    if (isWithin(path, mount.point) && mount.point.length >= (found?.point.length ?? 0)) found = mount;
  return found;
}

/** Mount points within a folder that hold files: a disk of its own for a part of it is another answer. */
export function mountPointsIn(path: string, mounts: readonly Mount[]): string[] {
  const points = mounts
    .filter(
      ({ point, fileSystem }) => point !== path && isWithin(point, path) && !OF_THE_KERNEL.has(fileSystem),
    )
    .map(({ point }) => point);
  return [...new Set(points)].sort();
}

const OF_THE_KERNEL = new Set([
  ...[
    'proc',
    'sysfs',
    'cgroup',
    'cgroup2',
    'devpts',
    'devtmpfs',
    'mqueue',
    'securityfs',
    'debugfs',
    'tracefs',
  ],
  ...[
    'bpf',
    'pstore',
    'configfs',
    'fusectl',
    'autofs',
    'hugetlbfs',
    'binfmt_misc',
    'efivarfs',
    'selinuxfs',
    'nsfs',
  ],
]);

function isWithin(path: string, point: string): boolean {
  return point === '/' || path === point || path.startsWith(`${point}/`);
}

/** Spaces, tabs, newlines and backslashes stand there as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}
