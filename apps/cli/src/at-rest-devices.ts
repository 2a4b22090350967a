/** What the kernel says of a block device. */
export interface BlockDevice {
  /** Such as `dm-0`, `sda1`, `vda`. */
  name: string;
  /** Of the device mapper, such as `CRYPT-LUKS2-…` or `LVM-…`. */
  mapperId?: string;
  /** `major:minor` of what it is made of. */
  madeOf: string[];
  /** Of the disk that it is a partition of. */
  disk?: string;
  /** The file that a loop device shows. */
  file?: string;
  /** Whether the disk is one of a virtual machine or a cloud. */
  virtual?: boolean;
}

export type Encryption = 'encrypted' | 'not-encrypted' | 'cannot-tell';

export interface Finding {
  encryption: Encryption;
  /** What it was seen by, from the top down. */
  because: string;
}

/** Where a search of the kernel's own records must end, whatever they say. */
const DEEPEST = 16;

/**
 * Looks for encryption below a block device: a volume on others is encrypted if it is itself, or if all of them are.
 *
 * @param read what is known of a device, by its `major:minor`
 * @param fileAt what is known of a file, for loop devices
 */
export function encryptionOf(
  number: string,
  read: (number: string) => BlockDevice | undefined,
  fileAt: (path: string) => Finding,
  depth = 0,
): Finding {
  const device = read(number);
  if (!device || depth > DEEPEST)
    return { encryption: 'cannot-tell', because: `nothing is known of block device ${number}` };
  const { name, mapperId, madeOf, disk, file, virtual } = device;
  const below = (others: string[]) => others.map((other) => encryptionOf(other, read, fileAt, depth + 1));
  if (mapperId !== undefined && isEncrypting(mapperId))
    return { encryption: 'encrypted', because: `${name} is dm-crypt (${kindOf(mapperId)})` };
  if (file !== undefined) return on(name, [fileAt(file)]);
  if (madeOf.length > 0) return on(name, below(madeOf));
  if (disk !== undefined) return on(name, below([disk]));
  if (virtual)
    return {
      encryption: 'cannot-tell',
      because: `${name} is a disk of a virtual machine, which its host may encrypt or not`,
    };
  return { encryption: 'not-encrypted', because: `${name} is a disk, and nothing above it encrypts` };
}

/** dm-verity and dm-integrity bear the name too, and hide nothing. */
function isEncrypting(mapperId: string): boolean {
  return /^CRYPT-(?!VERITY|INTEGRITY)/.test(mapperId);
}

function kindOf(mapperId: string): string {
  return mapperId.split('-')[1] ?? mapperId;
}

const WORST_FIRST: Encryption[] = ['not-encrypted', 'cannot-tell', 'encrypted'];

/** Of several below, the worst decides. */
function on(name: string, findings: Finding[]): Finding {
  for (const encryption of WORST_FIRST) {
    const found = findings.find((finding) => finding.encryption === encryption);
    if (found) return { encryption, because: `${name} on ${found.because}` };
  }
  return { encryption: 'cannot-tell', because: `nothing is known of what ${name} is on` };
}
