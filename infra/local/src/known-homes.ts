import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where this user's stacks of all working copies find each other: ports are the machine's, not a folder's. */
const FOLDER = join(tmpdir(), `navora-homes-${process.getuid?.() ?? 'all'}`);

/** The homes that stacks of this user have been started in and that still exist, this one among them. */
export function knownHomes(home: string, folder = FOLDER): string[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, createHash('sha1').update(home).digest('hex')), home);
  const homes = new Set([home]);
  for (const name of readdirSync(folder)) {
    const entry = join(folder, name);
    const known = contentOf(entry);
    if (known !== undefined && existsSync(known)) homes.add(known);
    else rmSync(entry, { force: true });
  }
  return [...homes];
}

/** Undefined: somebody removed it meanwhile. */
function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
