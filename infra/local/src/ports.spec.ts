import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { choosePorts, isPortFree, isPortFreeOn, movesLine, preferredPorts } from './ports.js';

const everythingIsFree = async (): Promise<boolean> => true;
const without =
  (...taken: number[]) =>
  async (port: number): Promise<boolean> =>
    !taken.includes(port);

describe('the ports of an instance', () => {
  it('are the ones clients are used to', async () => {
    expect(await choosePorts({}, everythingIsFree)).toEqual({ ports: preferredPorts, moves: [] });
  });

  it('are those of last time, since Kafka and Cassandra have stored them', async () => {
    const { ports, moves } = await choosePorts({ kafka: 10092 }, everythingIsFree);
    expect(ports.kafka).toBe(10092);
    expect(moves).toEqual([]);
  });

  it('move when something else has them, and say so', async () => {
    const { ports, moves } = await choosePorts({}, without(9092, 10092));
    expect(ports.kafka).toBe(11092);
    expect(moves).toEqual([{ name: 'kafka', from: 9092, to: 11092 }]);
    expect(movesLine(moves)).toBe('Ports in use by something else: kafka 9092 (now 11092).');
  });

  it('keep the link beside the listener it belongs to', async () => {
    const { ports, moves } = await choosePorts({}, without(9192));
    expect([ports.kafkaLinked, ports.kafkaLink]).toEqual([10192, 10292]);
    expect(moves.map(({ name }) => name)).toEqual(['kafkaLinked']);
  });

  it('go back to the usual one when the remembered one is taken', async () => {
    const { ports } = await choosePorts({ kafka: 12092 }, without(12092));
    expect(ports.kafka).toBe(9092);
  });

  it('are never given out twice', async () => {
    const { ports } = await choosePorts({ kafka: 9042 }, everythingIsFree);
    expect(new Set(Object.values(ports)).size).toBe(Object.keys(preferredPorts).length);
  });
});

describe('a port', () => {
  let server: Server | undefined;
  afterEach(() => new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined))));

  it.each(['127.0.0.1', '0.0.0.0'])(
    'is taken while something listens on %s, and free afterwards',
    async (host) => {
      const port = await new Promise<number>((resolve) => {
        server = createServer().listen(0, host, () => {
          const address = server?.address();
          resolve(typeof address === 'object' && address ? address.port : 0);
        });
      });
      expect(await isPortFree(port)).toBe(false);
      expect(await isPortFreeOn(['127.0.0.2', '127.0.0.1'], port)).toBe(false);
      await new Promise((resolve) => server?.close(resolve));
      server = undefined;
      expect(await isPortFree(port)).toBe(true);
    },
  );
});
