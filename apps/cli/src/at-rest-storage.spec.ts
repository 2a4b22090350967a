import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { encryptionAt } from './at-rest-folder.js';
import { mountsIn } from './at-rest-mounts.js';
import { storageOfThisMachine } from './at-rest-storage.js';

const onLinux = it.runIf(existsSync('/proc/self/mountinfo') && existsSync('/sys/dev/block'));

onLinux('knows the block devices that are mounted on this machine, down to a disk', () => {
  const storage = storageOfThisMachine();
  const devices = mountsIn(storage.mountinfo)
    .map(({ device }) => device)
    .filter((device) => !device.startsWith('0:'));
  for (const number of devices) {
    const device = storage.device(number);
    expect(device?.name, number).toMatch(/^\w/);
    for (const below of [...(device?.madeOf ?? []), ...(device?.disk ? [device.disk] : [])])
      expect(storage.device(below)?.name, below).toMatch(/^\w/);
  }
});

onLinux('has a verdict and its reason for where this file lies', () => {
  const { encryption, because } = encryptionAt(import.meta.dirname, storageOfThisMachine());
  expect(['encrypted', 'not-encrypted', 'cannot-tell']).toContain(encryption);
  expect(because).toMatch(/^\S+ on ./);
});

onLinux('takes a device file for the number it has, and others for none', () => {
  const { numberOf } = storageOfThisMachine();
  expect(numberOf('/dev/null')).toBeUndefined();
  expect(numberOf('/dev/not-there')).toBeUndefined();
});
