import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { childEnvironment } from '../config.js';
import { workspaceRoot } from '../workspace.js';

/** A program in Go that is built here, from its module in `bench/peers`. */
export interface GoProgram {
  /** The folder of its module, and the name of the program. */
  name: string;
  /** `.` for what the module itself is, or that of a module it requires. */
  package: string;
  tags?: readonly string[];
}

/** Where the module's own sources are. */
const MODULES = join(workspaceRoot, 'bench/peers');
const BUILT = join(workspaceRoot, '.navora/peers');
const TELL_EVERY_MS = 5000;

/**
 * Builds it, unless it is built already: the module's files and Go itself decide what it is made of.
 * @returns the program's path, or in a word why there is none
 */
export async function goProgram(
  program: GoProgram,
  lookIn: readonly string[] = usualPlaces(),
): Promise<{ path: string } | { missing: string }> {
  const go = lookIn.map((folder) => join(folder, 'go')).find((file) => existsSync(file));
  if (go === undefined) return { missing: 'Go is not installed' };
  const version = await run(go, ['version'], program);
  if (version.code !== 0) return { missing: `Go does not run: ${lastLine(version.said)}` };
  const path = join(BUILT, `${program.name}-${stampOf(program, version.said)}`);
  if (existsSync(path)) return { path };
  mkdirSync(BUILT, { recursive: true });
  const draft = `${path}.${process.pid}`;
  const tags = program.tags ? ['-tags', program.tags.join(',')] : [];
  const built = await run(go, ['build', '-v', '-trimpath', ...tags, '-o', draft, program.package], program);
  if (built.code !== 0) return { missing: `it cannot be built: ${lastLine(built.said)}` };
  renameSync(draft, path);
  return { path };
}

function usualPlaces(): string[] {
  return [...(childEnvironment({})['PATH'] ?? '').split(':'), '/usr/local/go/bin'];
}

function stampOf({ name, tags = [] }: GoProgram, version: string): string {
  const hash = createHash('sha256').update(JSON.stringify([version, tags]));
  const folder = join(MODULES, name);
  for (const file of readdirSync(folder).sort()) hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 16);
}

interface Ran {
  code: number | null;
  said: string;
}

/** Tells how far it is, once it takes long: the first build of such a program takes minutes. */
async function run(go: string, args: string[], { name }: GoProgram): Promise<Ran> {
  const child = spawn(go, args, {
    cwd: join(MODULES, name),
    // What a machine's owner has set for other modules is not for these; no other Go is fetched behind our back.
    env: childEnvironment({ GOTOOLCHAIN: 'local', GOWORK: 'off', CGO_ENABLED: '0' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [said, packages] = ['', 0];
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on('line', (line) => {
      packages++;
      said = `${said}${line}\n`.slice(-4000);
    });
  const telling = setInterval(
    () => console.log(`building ${name} from its Go module: ${packages} packages so far`),
    TELL_EVERY_MS,
  );
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      said = error.message;
      resolve(null);
    });
    child.once('close', resolve);
  });
  clearInterval(telling);
  return { code, said };
}

function lastLine(said: string): string {
  return said.trimEnd().split('\n').at(-1) ?? '';
}
