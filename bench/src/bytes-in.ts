import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What files take that are in some folders of a folder, at whatever depth. */
export function bytesIn(
  parent: string,
  isMeant: (folder: string) => boolean,
  counts: (file: string) => boolean = () => true,
): number {
  return readdirSync(parent)
    .filter(isMeant)
    .flatMap((folder) => readdirSync(join(parent, folder), { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile() && counts(entry.name))
    .reduce((sum, { parentPath, name }) => sum + sizeOf(join(parentPath, name)), 0);
}

/** Files come and go while somebody compacts. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
