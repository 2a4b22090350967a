import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { eventually } from '@navora/testing';
import { afterEach, expect, it } from 'vitest';
import { kafkaSockets } from './kafka-socket.js';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function connected(answer: (socket: Socket) => void, answeredWithinMs?: number): Promise<Socket> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    answer(socket);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connect = kafkaSockets({ kafkaBrokers: [] }, answeredWithinMs);
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, ssl: {}, onConnect: () => resolve(socket) }) as Socket;
  });
}

const ANSWER = Buffer.from([0, 0, 0, 2, 7, 8]);

it('hands on an answer once it is whole', async () => {
  let send: (bytes: Buffer) => void = () => undefined;
  const socket = await connected((server) => (send = (bytes) => server.write(bytes)));
  const seen: Buffer[] = [];
  socket.on('data', (data) => seen.push(data as Buffer));
  send(ANSWER.subarray(0, 5));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(seen).toEqual([]);
  send(ANSWER.subarray(5));
  await eventually('the answer', () => seen.length === 1);
  expect(seen[0]).toEqual(ANSWER);
  socket.destroy();
});

it('ends a connection over which nothing is answered any more', async () => {
  const socket = await connected(() => undefined, 50);
  const failure = once(socket, 'error');
  socket.write('what is there?');
  expect(String((await failure)[0])).toContain('no answer within 0.05 s');
});

it('keeps a connection that was answered, or not asked', async () => {
  const socket = await connected((server) => server.on('data', () => server.write(ANSWER)), 50);
  let answers = 0;
  socket.on('data', () => answers++);
  socket.write('what is there?');
  await eventually('the answer', () => answers === 1);
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(socket.destroyed).toBe(false);
  socket.destroy();
});
