import { type Dirent, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface FileRights {
  /** As `stat` gives it. */
  mode: number;
  /** The number of its owner. */
  owner: number;
}

/** What is wrong with the rights of a file that holds a key or a password; undefined: nothing. */
export function rightsProblem({ mode, owner }: FileRights, self: number): string | undefined {
  const others = (mode & 0o077).toString(8).padStart(2, '0');
  if (others !== '00')
    return `others may ${[mode & 0o044 ? 'read' : '', mode & 0o022 ? 'write' : '', mode & 0o011 ? 'run' : '']
      .filter((right) => right !== '')
      .join(' and ')} it: chmod 600`;
  if (owner !== self && owner !== 0) return `it belongs to user ${owner}, who may read it`;
  return undefined;
}

/** By their names: keys, and files that say they hold a secret. */
export function isSecret(name: string): boolean {
  return /\.(key|p12|pfx|jks|keystore)$|passphrase|password|passwd|secret|credentials|token/i.test(name);
}

/** Deeper, or beyond so many files, are data and no keys. */
const DEEPEST = 6;
const MOST_FILES = 50_000;

export interface SecretsFound {
  files: string[];
  /** Folders that whoever looks may not look into. */
  unseen: string[];
}

/** Files in a folder, or the file itself, that hold a key or a password by their names. */
export function secretsIn(path: string): SecretsFound {
  const found: SecretsFound = { files: [], unseen: [] };
  let looked = 0;
  const look = (folder: string, depth: number): void => {
    if (depth > DEEPEST) return;
    for (const entry of entriesOf(folder, found)) {
      if (++looked > MOST_FILES) return;
      const file = join(folder, entry.name);
      if (entry.isDirectory() && isHere(file)) look(file, depth + 1);
      else if (entry.isFile() && isSecret(entry.name)) found.files.push(file);
    }
  };
  // What is mounted below is looked at apart.
  const { dev } = statSync(path);
  const isHere = (folder: string) => lstatSync(folder).dev === dev;
  if (statSync(path).isDirectory()) look(path, 0);
  else found.files.push(path);
  return found;
}

function entriesOf(folder: string, found: SecretsFound): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    found.unseen.push(folder);
    return [];
  }
}

export function rightsOf(file: string): FileRights {
  const { mode, uid } = statSync(file);
  return { mode, owner: uid };
}
