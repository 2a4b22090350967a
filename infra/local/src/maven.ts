import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { boundToUs } from './bound-to-us.js';
import { mavenEnvironment } from './config.js';
import { findOnPath } from './java.js';
import { startOf } from './process-identity.js';
import { StackError } from './stack-error.js';

/** What Maven is to bring: everything `pom` names, into one folder of the downloads. */
export interface MavenDownload {
  title: string;
  folder: string;
  pom: string;
  goal: string;
  /** Runs on the complete download before it is put in place, for instance to unpack it. */
  finish?: (folder: string) => Promise<void>;
}

export const copyRuntimeJars = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

export function isDownloaded(folder: string): boolean {
  return existsSync(join(folder, '.complete'));
}

/** The folder appears complete or not at all, whoever else is fetching the same and whenever this is interrupted. */
export async function download(wanted: MavenDownload, signal: AbortSignal): Promise<void> {
  if (isDownloaded(wanted.folder)) return;
  const maven = findOnPath('mvn');
  if (!maven) {
    throw new StackError(
      'Maven is missing: the first start fetches Kafka, Cassandra and the registry with it; install it (Debian: apt-get install maven) and run this again.',
    );
  }
  const partial = `${wanted.folder}.partial-${process.pid}`;
  try {
    removeAbandoned(wanted.folder);
    mkdirSync(partial, { recursive: true });
    // Several Mavens filling one local repository may trip over each other once: the second try finds it filled.
    const problem =
      (await runMaven(maven, wanted, partial, signal)) && (await runMaven(maven, wanted, partial, signal));
    if (problem) {
      throw new StackError(
        `Maven could not fetch ${wanted.title} (${problem}); the first start needs the network, so run it again when Maven can reach its repository.`,
      );
    }
    await wanted.finish?.(partial);
    writeFileSync(join(partial, '.complete'), '');
    putInPlace(partial, wanted.folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** What a download that was killed has left. One whose process lives is another instance's, still under way. */
function removeAbandoned(folder: string): void {
  for (const name of readdirSync(dirname(folder))) {
    const [whole, pid] = name.split('.partial-');
    if (whole !== basename(folder) || pid === undefined || startOf(Number(pid)) !== undefined) continue;
    rmSync(join(dirname(folder), name), { recursive: true, force: true });
  }
}

function putInPlace(partial: string, folder: string): void {
  if (isDownloaded(folder)) return;
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
}

/** Resolves to Maven's first complaint, or to undefined when it succeeded. */
function runMaven(
  maven: string,
  { pom, goal }: MavenDownload,
  folder: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const args = ['-q', '-B', '-f', pom, goal, '-DincludeScope=runtime', `-DoutputDirectory=${folder}`];
  // Maven lives for seconds: compiling with the first-tier compiler only is what makes it quick.
  const env = mavenEnvironment('-XX:TieredStopAtLevel=1 -XX:+UseSerialGC');
  return new Promise((resolve, reject) => {
    const child = spawn(...boundToUs(maven, args), { env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0 ? undefined : firstComplaint(output, code)));
  });
}

export function firstComplaint(output: string, code: number | null): string {
  const line = output.split('\n').find((text) => text.includes('ERROR'));
  if (!line) return `exit code ${code}`;
  // eslint-disable-next-line no-control-regex
  const plain = line.replace(/\u001b\[[0-9;]*m/g, '').replace(/^.*?\[ERROR\]\s*/, '');
  const cause = plain.slice(Math.max(0, plain.lastIndexOf('Could not ')));
  return cause.replace(/\s*-> \[Help.*$/, '').slice(0, 600);
}
