import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Whether files in this folder can be written past the page cache: not every platform and file system lets one. */
export function takesDirectWrites(folder: string): boolean {
  const { O_WRONLY, O_CREAT, O_DIRECT } = constants;
  // Undefined where there is no such thing, whatever its type says.
  if (O_DIRECT === undefined) return false;
  const probe = join(folder, `direct-writes-${process.pid}`);
  try {
    closeSync(openSync(probe, O_WRONLY | O_CREAT | O_DIRECT));
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { force: true });
  }
}
