import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { activeController, leaderIn } from './active-controller.js';

/** An answer of Kafka 4.1 about the quorum of a cluster of three, without its length; the voters are left out. */
function anAnswer({ leader = 3, error = 0 } = {}): Buffer {
  const topic = Buffer.from('__cluster_metadata');
  const partition = Buffer.alloc(10);
  partition.writeInt32BE(leader, 6);
  const header = [0, 0, 0, 1, 0, 0, error, 2, topic.length + 1];
  return Buffer.concat([Buffer.from(header), topic, Buffer.from([2]), partition]);
}

it('reads who leads the quorum', () => {
  expect(leaderIn(anAnswer({ leader: 2 }))).toBe(2);
});

it('takes an error for what it is', () => {
  expect(() => leaderIn(anAnswer({ error: 41 }))).toThrow('Kafka answered with error code 41');
});

it('asks over a connection of its own, and puts an answer in pieces together', async () => {
  const asked: Buffer[] = [];
  const server = createServer((socket) => {
    socket.once('data', (chunk) => {
      asked.push(chunk);
      const answer = anAnswer();
      const length = Buffer.alloc(4);
      length.writeInt32BE(answer.length);
      socket.write(Buffer.concat([length, answer.subarray(0, 7)]));
      setImmediate(() => socket.write(answer.subarray(7)));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  expect(await activeController({ host: '127.0.0.1', port })).toBe(3);
  expect(asked[0]?.readInt32BE(0), 'the length').toBe((asked[0]?.length ?? 0) - 4);
  expect(asked[0]?.readInt16BE(4), 'DescribeQuorum').toBe(55);
});
