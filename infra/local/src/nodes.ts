import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { dataFolder, dataRoot, type Instance } from './instance.js';
import { StackError } from './stack-error.js';

/** How many nodes Kafka and Cassandra have each: one, or the fewest that lose one and go on. */
export type NodeCount = 1 | 3;

/** Nodes differ by their loopback address and share their ports. */
export function nodeHost(node: number): string {
  return `127.0.0.${node}`;
}

export function nodesOf(count: NodeCount): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

export function hostsOf(count: NodeCount): string[] {
  return nodesOf(count).map(nodeHost);
}

export function nodeCountFrom(count: number): NodeCount {
  if (count === 1 || count === 3) return count;
  throw new StackError(`A stack has 1 or 3 nodes, not ${count}: with 2 the loss of one would stop both.`);
}

/**
 * The number of nodes a start is for: what is asked for, else what the stored data is of, else one. Neither Kafka's
 * quorum nor Cassandra's ring can be given data of another number of nodes.
 */
export function agreedNodes(instance: Instance, asked: NodeCount | undefined): NodeCount {
  const stored = storedNodes(instance);
  if (asked !== undefined && stored !== undefined && asked !== stored) throw otherNodes(instance, stored);
  return asked ?? stored ?? 1;
}

export function otherNodes({ name }: Instance, have: NodeCount): StackError {
  return new StackError(
    `The stack "${name}" is one with ${have} node${have === 1 ? '' : 's'}: start it as that, wipe it, or choose another name.`,
  );
}

export function rememberNodes(instance: Instance, count: NodeCount): void {
  mkdirSync(dataRoot(instance), { recursive: true });
  writeFileSync(nodesFile(instance), `${count}\n`);
}

/** Undefined: it has no data yet. */
function storedNodes(instance: Instance): NodeCount | undefined {
  if (existsSync(nodesFile(instance)))
    return nodeCountFrom(Number(readFileSync(nodesFile(instance), 'utf8')));
  return existsSync(join(dataFolder(instance, 'kafka'), 'meta.properties')) ? 1 : undefined;
}

function nodesFile(instance: Instance): string {
  return join(dataRoot(instance), 'nodes');
}

/** Linux answers on all of 127.0.0.0/8; elsewhere the addresses beside 127.0.0.1 must be given to the loopback device first. */
export async function requireLoopbackAddresses(
  hosts: string[],
  canBind: (host: string) => Promise<boolean> = bindable,
): Promise<void> {
  const answers = await Promise.all(hosts.map(async (host) => ({ host, ok: await canBind(host) })));
  const missing = answers.filter(({ ok }) => !ok).map(({ host }) => host);
  if (missing.length === 0) return;
  const aliases = missing.map((host) => `sudo ifconfig lo0 alias ${host} up`).join(' && ');
  throw new StackError(
    `Nothing can listen on ${missing.join(' and ')}, where nodes of this stack are to be. On macOS: ${aliases}`,
  );
}

function bindable(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port: 0, host }, () => server.close(() => resolve(true)));
  });
}
