import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { javaHome, searchPath } from './config.js';
import { StackError } from './stack-error.js';
import type { Tuning } from './tuning.js';

const oldest = 17;
/** From 24 on there is no security manager, and Cassandra 5.0 will not start without one. */
const newest = 23;

/**
 * Without the optimising compiler, which takes up to half a processor in a program's first minutes: all the time that
 * a local stack lives, for code that is hot only later.
 */
const quickStart = ['-XX:TieredStopAtLevel=1'];

export const compilerFlags = ({ optimising = false }: Tuning): string[] => (optimising ? [] : quickStart);

export interface Java {
  command: string;
  major: number;
}

export function findOnPath(program: string): string | undefined {
  return searchPath()
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file));
}

/** JAVA_HOME first, then the PATH: what Java's own tools do. */
export function findJava(): Java {
  const home = javaHome();
  const fromHome = home && existsSync(join(home, 'bin/java')) ? join(home, 'bin/java') : undefined;
  const command = fromHome ?? findOnPath('java');
  if (!command) {
    throw new StackError(
      `Java is missing: install a JDK ${oldest} or newer (Debian: apt-get install openjdk-17-jre-headless) and put it on the PATH or in JAVA_HOME.`,
    );
  }
  const answer = spawnSync(command, ['-version'], { encoding: 'utf8' });
  const major = javaMajor(answer.stderr ?? '');
  if (major === undefined) {
    throw new StackError(`${command} does not run as Java: set JAVA_HOME to a JDK ${oldest} or newer.`);
  }
  if (major < oldest) {
    throw new StackError(
      `Java ${major} (${command}) is too old: set JAVA_HOME to a JDK ${oldest} or newer, or put one first on the PATH.`,
    );
  }
  if (major > newest) {
    throw new StackError(
      `Java ${major} (${command}) is too new for Cassandra 5.0: set JAVA_HOME to a JDK between ${oldest} and ${newest}.`,
    );
  }
  return { command, major };
}

/** From the first line of `java -version`: `"17.0.15"`, `"21"`, and `"1.8.0_402"` for 8. */
export function javaMajor(versionText: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(versionText);
  return match ? Number(match[1]) : undefined;
}
