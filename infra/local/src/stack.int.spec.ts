import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { componentNames } from './component.js';
import { stackHome } from './config.js';
import { servicesEnv, type StackEndpoints } from './endpoints.js';
import { componentProcess, restartComponent } from './faults.js';
import { instanceAt } from './instance.js';
import { hasEnded, isAlive, type ProcessIdentity, signalProcess } from './process-identity.js';
import type { StackProgress } from './progress.js';
import { startStack, stopStack } from './stack.js';
import { readState } from './state.js';
import { stackStatus } from './status.js';

// One stack of its own, in the order of a day's work: the first start may fetch, each later step builds on the one before.
const name = 'stack-int-spec';
const home = mkdtempSync(join(tmpdir(), 'navora-home-'));
const instance = instanceAt(home, name);
/** Ten seconds on a calm machine; where others keep its processors busy, some minutes. */
const STARTS_WITHIN_MS = 400_000;
let stranger: Server;
let endpoints: StackEndpoints;

beforeAll(async () => {
  const downloads = join(stackHome(), 'dist-cache');
  mkdirSync(downloads, { recursive: true });
  symlinkSync(downloads, join(home, 'dist-cache'));
  stranger = createServer();
  // Taken already is as good: then the clash is with that.
  await new Promise<void>((resolve) =>
    stranger.once('error', () => resolve()).listen(1883, '127.0.0.1', resolve),
  );
});

afterAll(async () => {
  await stopStack({ name, home, wipe: true });
  await new Promise((resolve) => stranger.close(resolve));
  rmSync(home, { recursive: true, force: true });
});

describe('a stack', () => {
  it(
    'starts beside something that has a port it would like, and says so',
    async () => {
      const events: StackProgress[] = [];
      endpoints = await startStack({ name, home, onProgress: (event) => events.push(event) });
      const ready = events.filter((event) => event.phase === 'ready').map((event) => event.component);
      expect([...ready].sort()).toEqual([...componentNames].sort());
      expect(events.find((event) => event.phase === 'notice')?.message).toMatch(/mqtt 1883 \(now \d+\)/);
      expect(endpoints.mqtt.url).not.toBe('mqtt://127.0.0.1:1883');
    },
    STARTS_WITHIN_MS,
  );

  it('tells the services where it is', () => {
    const lines = Object.entries(servicesEnv(endpoints)).map(([key, value]) => `${key}=${value}\n`);
    expect(readFileSync(instance.envFile, 'utf8')).toBe(lines.join(''));
  });

  it('listens on the loopback address only', () => {
    const mine = new Set(processesOf().map(({ pid }) => pid));
    const addresses = listeners()
      .filter(({ pid }) => mine.has(pid))
      .map(({ address }) => address);
    expect(addresses.length).toBeGreaterThanOrEqual(componentNames.length);
    expect(new Set(addresses)).toEqual(new Set(['127.0.0.1']));
  });

  it('is joined at once by a second start', async () => {
    const messages: string[] = [];
    const again = await startStack({ name, home, onProgress: ({ message }) => messages.push(message) });
    expect(again).toEqual(endpoints);
    expect(messages).toEqual([`The stack "${name}" is already running.`]);
  });

  it('keeps its topics when Kafka is killed, and has it back by itself', async () => {
    await withAdmin(async (admin) => {
      await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 2, replicationFactor: 1 }] });
    });
    const before = componentProcess(name, 'kafka', { home });
    await restartComponent(name, 'kafka', { home, signal: 'SIGKILL' });
    expect(componentProcess(name, 'kafka', { home }).pid).not.toBe(before.pid);
    await withAdmin(async (admin) => expect(await admin.listTopics()).toContain('kept'));
  });

  it(
    'leaves nobody behind when its supervisor is killed, and starts again at the same ports with its data',
    async () => {
      const children = processesOf().filter(({ pid }) => pid !== readState(instance)?.supervisor.pid);
      const supervisor = readState(instance)?.supervisor;
      if (!supervisor) throw new Error('no supervisor');
      signalProcess(supervisor, 'SIGKILL');
      await hasEnded(supervisor, 5_000);
      expect((await stackStatus({ name, home })).state).toBe('stopped');
      expect(await startStack({ name, home })).toEqual(endpoints);
      expect(children.filter((child) => isAlive(child))).toEqual([]);
      await withAdmin(async (admin) => expect(await admin.listTopics()).toContain('kept'));
    },
    STARTS_WITHIN_MS,
  );

  it('stops though one of its processes is frozen, and leaves no process', async () => {
    const all = processesOf();
    expect(all).toHaveLength(componentNames.length + 1);
    signalProcess(componentProcess(name, 'cassandra', { home }), 'SIGSTOP');
    await stopStack({ name, home });
    expect(all.filter((one) => isAlive(one))).toEqual([]);
    expect(existsSync(instance.envFile)).toBe(false);
  });

  it('is stopped when its start is interrupted', async () => {
    const interrupted = new AbortController();
    const started: string[] = [];
    const start = startStack({
      name,
      home,
      signal: interrupted.signal,
      onProgress: ({ component, phase }) => {
        if (phase === 'starting') started.push(component);
        if (component === 'mqtt' && phase === 'ready') interrupted.abort();
      },
    });
    await expect(start).rejects.toThrow(/nothing is left running/);
    expect(started).toContain('cassandra');
    expect((await stackStatus({ name, home })).state).toBe('stopped');
    expect(commandLines().filter((line) => line.includes(home))).toEqual([]);
  });

  it('says in one piece which component would not start and why, and leaves nothing running', async () => {
    const metaProperties = join(instance.root, 'data/kafka/meta.properties');
    rmSync(metaProperties);
    mkdirSync(metaProperties);
    await expect(startStack({ name, home })).rejects.toThrow(
      /Kafka 4\.1\.1 ended with exit code 1\. The end of its log, /,
    );
    expect(commandLines().filter((line) => line.includes(home))).toEqual([]);
  });
});

function processesOf(): ProcessIdentity[] {
  const state = readState(instance);
  if (!state) throw new Error('the stack does not run');
  const children = Object.values(state.components).flatMap(({ process }) => (process ? [process] : []));
  return [state.supervisor, ...children];
}

async function withAdmin(work: (admin: ReturnType<Kafka['admin']>) => Promise<void>): Promise<void> {
  const admin = new Kafka({ brokers: endpoints.kafka.brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await work(admin).finally(() => admin.disconnect());
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
}

function commandLines(): string[] {
  return pids().flatMap((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')];
    } catch {
      return [];
    }
  });
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
      return target.startsWith('socket:[') ? [target.slice(8, -1)] : [];
    });
  } catch {
    return [];
  }
}

/** Listening TCP sockets from /proc/net, by the process that holds them. An address that is mapped to IPv6 reads as IPv4. */
function listeners(): { pid: number; address: string }[] {
  const address = new Map<string, string>();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(file, 'utf8').trim().split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[3] === '0A') address.set(fields[9] ?? '', dotted(fields[1]?.split(':')[0] ?? ''));
    }
  }
  return pids().flatMap((pid) =>
    socketsOf(pid).flatMap((inode) =>
      address.has(inode) ? [{ pid, address: address.get(inode) ?? '' }] : [],
    ),
  );
}

function dotted(hex: string): string {
  const isMapped = hex.startsWith('0000000000000000FFFF0000');
  if (hex.length > 8 && !isMapped) return hex;
  const bytes = hex.slice(-8).match(/../g) ?? [];
  return bytes
    .reverse()
    .map((byte) => parseInt(byte, 16))
    .join('.');
}
