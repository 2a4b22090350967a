import { statfsSync } from 'node:fs';

/** More than a service needs to start, Cassandra's two commit log segments of 32 MiB for example. */
export const roomToStart = 100 * 1024 * 1024;

/** Bytes that are free, for us, on the disk on which the folder lies; Infinity where nobody can tell. */
export function roomAt(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return Infinity;
  }
}
