import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FaultyLink } from './faulty-link.js';

let echo: Server;
let heard: string;
let link: FaultyLink;

beforeEach(async () => {
  heard = '';
  echo = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heard += chunk.toString();
      socket.write(chunk);
    });
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  link = await FaultyLink.to('127.0.0.1', (echo.address() as AddressInfo).port);
});
afterEach(async () => {
  await link.close();
  echo.close();
});

async function client(): Promise<Socket> {
  const socket = connect(link.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const answerTo = async (socket: Socket, text: string) => {
  socket.write(text);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return answer.toString();
};

it('passes bytes both ways and counts connections', async () => {
  expect(await answerTo(await client(), 'one')).toBe('one');
  expect(link.connections).toBe(1);
});

it('resets what is open and takes what comes after', async () => {
  const socket = await client();
  await answerTo(socket, 'one');
  const closed = closing(socket);
  link.reset();
  await closed;
  expect(await answerTo(await client(), 'two')).toBe('two');
});

it('refuses until healed', async () => {
  link.refuse();
  const refused = connect(link.port, '127.0.0.1');
  refused.on('error', () => undefined);
  await closing(refused);
  link.heal();
  expect(await answerTo(await client(), 'again')).toBe('again');
});

it('delivers requests and loses their answers', async () => {
  const socket = await client();
  await answerTo(socket, 'known');
  link.loseAnswers();
  const closed = closing(socket);
  socket.on('data', () => expect.fail('an answer came through'));
  socket.write(' lost');
  await expect.poll(() => heard).toBe('known lost');
  link.heal();
  await closed;
});

it('freezes without closing, and goes on where it stopped', async () => {
  const socket = await client();
  await answerTo(socket, 'one');
  link.freeze();
  socket.write('two');
  expect(await Promise.race([once(socket, 'data'), nothingFor(100)])).toBe('nothing');
  link.heal();
  expect(String(await once(socket, 'data'))).toBe('two');
});

it('cuts in the middle of an answer', async () => {
  const socket = await client();
  link.cutAfterAnswerBytes(2);
  const closed = closing(socket);
  socket.write('long enough');
  await closed;
  expect(heard).toBe('long enough');
});

it('delays', async () => {
  const socket = await client();
  link.delay(60);
  const started = performance.now();
  await answerTo(socket, 'late');
  expect(performance.now() - started).toBeGreaterThan(100);
});

function nothingFor(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve('nothing'), ms));
}

function closing(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.once('close', resolve));
}
