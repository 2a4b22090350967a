import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { componentsOf } from './components.js';
import { type Instance, instanceAt } from './instance.js';
import { agreedNodes, nodeCountFrom, rememberNodes, requireLoopbackAddresses } from './nodes.js';

function anInstance(): Instance {
  const home = mkdtempSync(join(tmpdir(), 'navora-nodes-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  return instanceAt(home, 'big');
}

describe('the number of nodes', () => {
  it('is one unless asked for', () => {
    expect(agreedNodes(anInstance(), undefined)).toBe(1);
    expect(agreedNodes(anInstance(), 3)).toBe(3);
  });

  it('is what the data is of, when nobody asks', () => {
    const instance = anInstance();
    rememberNodes(instance, 3);
    expect(agreedNodes(instance, undefined)).toBe(3);
  });

  it('cannot be another one than the data is of', () => {
    const instance = anInstance();
    rememberNodes(instance, 3);
    expect(() => agreedNodes(instance, 1)).toThrow(
      'The stack "big" is one with 3 nodes: start it as that, wipe it, or choose another name.',
    );
  });

  it.each([0, 2, 4, NaN])('is never %d', (count) => {
    expect(() => nodeCountFrom(count)).toThrow(/1 or 3 nodes/);
  });
});

describe('the components', () => {
  it('of one node have the names they always had', () => {
    expect(componentsOf(1).map(({ name }) => name)).toEqual(['cassandra', 'kafka', 'registry', 'mqtt']);
  });

  it('of three nodes are numbered from the second on, each at its own address', () => {
    expect(componentsOf(3).map(({ name, host }) => `${name} ${host}`)).toEqual([
      'cassandra 127.0.0.1',
      'cassandra-2 127.0.0.2',
      'cassandra-3 127.0.0.3',
      'kafka 127.0.0.1',
      'kafka-2 127.0.0.2',
      'kafka-3 127.0.0.3',
      'registry 127.0.0.1',
      'mqtt 127.0.0.1',
    ]);
  });

  it('of Cassandra join the ring one after the other, and those of Kafka wait for them', () => {
    const after = componentsOf(3).flatMap(({ name, after }) => (after ? [`${name} after ${after}`] : []));
    expect(after).toEqual([
      'cassandra-2 after cassandra',
      'cassandra-3 after cassandra-2',
      'kafka after cassandra-3',
      'kafka-2 after cassandra-3',
      'kafka-3 after cassandra-3',
    ]);
  });
});

describe('the loopback addresses', () => {
  it('are fine where all can be bound', async () => {
    await expect(requireLoopbackAddresses(['127.0.0.1'])).resolves.toBeUndefined();
  });

  it('that are missing are named, with what to do about it', async () => {
    const asOnMacOS = async (host: string): Promise<boolean> => host === '127.0.0.1';
    await expect(
      requireLoopbackAddresses(['127.0.0.1', '127.0.0.2', '127.0.0.3'], asOnMacOS),
    ).rejects.toThrow(
      'Nothing can listen on 127.0.0.2 and 127.0.0.3, where nodes of this stack are to be. ' +
        'On macOS: sudo ifconfig lo0 alias 127.0.0.2 up && sudo ifconfig lo0 alias 127.0.0.3 up',
    );
  });
});
