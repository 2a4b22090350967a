import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stackFolder } from './workspace.js';

/** What a local stack keeps, and must not be read from a stolen disk. */
const OF_A_STACK = ['data/kafka', 'data/cassandra', 'data/registry', 'data/mqtt', 'logs', 'history', 'tls'];

/** Folders of the local stack that are there. */
export function placesOfStack(stack: string): string[] {
  const folder = stackFolder(stack);
  const further = [2, 3].flatMap((node) => [`data/kafka-${node}`, `data/cassandra-${node}`]);
  return [...OF_A_STACK, ...further].map((part) => join(folder, part)).filter(existsSync);
}

/** Variables that name files of keys and passwords. */
const NAMES_A_SECRET = /^NAVORA_\w*(KEY|PASSPHRASE|PASSWORD|SECRET|TOKEN)_FILE$/;

/** Files of keys and passwords that the environment names. */
export function secretsNamedIn(environment: Record<string, string | undefined>): string[] {
  return Object.entries(environment)
    .filter(([name, file]) => NAMES_A_SECRET.test(name) && file)
    .map(([, file]) => file as string)
    .sort();
}
