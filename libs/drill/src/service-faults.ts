import { setTimeout as pause } from 'node:timers/promises';
import type { Fault, Heal, World } from './fault.js';
import type { ServiceProcess } from './service-process.js';
import { SERVICES, type ServiceName } from './services.js';

const ONE_KILL_MS = [2000, 4000] as const;
const NOTHING_TO_HEAL: Heal = () => Promise.resolve();
/** Longer than the session timeout that services have in a drill. */
const PAST_THE_SESSION_MS = [13_000, 18_000] as const;

export const killBridge: Fault = {
  code: 'B2',
  title: 'bridge killed with -9, between produce and PUBACK as often as not',
  invariants: ['I1', 'I4'],
  touches: ['bridge'],
  lastsMs: ONE_KILL_MS,
  begin: (world) => killOnce(world, 'mqtt-bridge'),
};

export const killBridgeOften: Fault = {
  code: 'B3',
  title: 'bridge killed with -9 again as soon as it is back',
  invariants: ['I1', 'I4'],
  touches: ['bridge'],
  lastsMs: [6000, 12_000],
  begin: async (world) => again((wanted) => killWhenBack(world, 'mqtt-bridge', wanted)),
};

export const killProcessor: Fault = {
  code: 'P15',
  title: 'processor killed with -9, between store, publish and commit',
  invariants: ['I3', 'I5', 'I7'],
  touches: ['processor'],
  lastsMs: ONE_KILL_MS,
  begin: (world) => killOnce(world, 'processor'),
};

export const killProcessorOften: Fault = {
  code: 'P16',
  title: 'processor killed with -9 again as soon as it is back',
  invariants: ['I3', 'I5', 'I7'],
  touches: ['processor'],
  lastsMs: [8000, 16_000],
  begin: async (world) => again((wanted) => killWhenBack(world, 'processor', wanted)),
};

export const killAny: Fault = {
  code: 'A2',
  title: 'a random service killed with -9',
  invariants: ['I1', 'I3', 'I4', 'I5', 'I7'],
  touches: ['bridge', 'processor', 'alerts'],
  lastsMs: ONE_KILL_MS,
  begin: (world) => killOnce(world, world.random.pick(SERVICES)),
};

export const twoBridges: Fault = {
  code: 'B7',
  title: 'a second bridge with the same client id',
  invariants: ['I1', 'I3'],
  touches: ['bridge', 'mqtt'],
  lastsMs: [8000, 20_000],
  begin: async ({ services, tell }) => {
    const second = await services.extra('mqtt-bridge');
    tell('second bridge with the same client id');
    return async () => void (await second.stop(30_000));
  },
};

export const joinAndLeave: Fault = {
  code: 'P1',
  title: 'a second processor that joins and leaves',
  invariants: ['I3', 'I4', 'I5', 'I6'],
  touches: ['processor'],
  lastsMs: [12_000, 25_000],
  begin: async (world) =>
    again(async (wanted) => {
      const second = await world.services.extra('processor');
      await Promise.race([
        second.untilReady(new AbortController().signal).catch(() => undefined),
        wanted.over,
      ]);
      await Promise.race([pause(world.random.between(500, 2000)), wanted.over]);
      if (world.random.chance(0.5)) await second.stop(30_000);
      else second.kill('SIGKILL');
    }),
};

export const freezeProcessor: Fault = {
  code: 'P3',
  title: 'processor stopped past its session timeout while another takes over, then continued',
  invariants: ['I3', 'I5', 'I6', 'I7'],
  touches: ['processor'],
  lastsMs: PAST_THE_SESSION_MS,
  begin: async ({ services, tell }) => {
    const second = await services.extra('processor');
    const first = services.processOf('processor');
    first?.kill('SIGSTOP');
    tell(`processor ${first?.pid} stopped, processor ${second.pid} takes over`);
    return async () => {
      first?.kill('SIGCONT');
      await pause(2000);
      await second.stop(30_000);
    };
  },
};

const GRACE_MS = 26_000;

export const stopGracefully: Fault = {
  code: 'W2',
  title: 'SIGTERM under load: exit code 0 within the grace time, nothing delivered twice',
  invariants: ['I11'],
  touches: ['bridge', 'processor', 'alerts'],
  lastsMs: [1000, 3000],
  causesNoDuplicate: true,
  begin: async (world) => {
    const service = world.random.pick(SERVICES);
    world.tell(`${service} ended by SIGTERM`);
    await stopped(world, service);
    return async () => world.services.release(service);
  },
};

/** SIGTERM, and it must end by itself, well, and in time. */
export async function stopped({ services, broke }: World, service: ServiceName): Promise<void> {
  await untilItRuns(services, service);
  const { how, tookMs } = await services.hold(service, GRACE_MS);
  if (how !== 'exit code 0') broke('graceful stop', `${service} ended with ${how} after ${tookMs} ms`);
}

async function killOnce({ services, tell }: World, service: ServiceName): Promise<Heal> {
  tell(`${service} killed`);
  await dead(services.processOf(service));
  return NOTHING_TO_HEAL;
}

/** Until it is gone: what comes next must not find it dying. */
async function dead(process: ServiceProcess | undefined): Promise<void> {
  process?.kill('SIGKILL');
  await process?.ended;
}

/** A fault before this one may have killed it a moment ago. */
async function untilItRuns(services: World['services'], service: ServiceName): Promise<void> {
  for (let waits = 0; waits < 100 && services.processOf(service)?.running === false; waits++)
    await pause(100);
}

async function killWhenBack(
  { services, random, tell }: World,
  service: ServiceName,
  wanted: { over: Promise<unknown> },
): Promise<void> {
  const process = services.processOf(service);
  if (process?.running)
    await Promise.race([
      process.untilReady(new AbortController().signal).catch(() => undefined),
      wanted.over,
    ]);
  const isOver = await Promise.race([pause(random.between(200, 1500)), wanted.over]);
  if (isOver) return;
  tell(`${service} killed again and again`);
  await dead(services.processOf(service));
  await Promise.race([pause(1000), wanted.over]);
}

/** Does something again and again until it is healed. */
function again(once: (wanted: { over: Promise<unknown> }) => Promise<void>): Heal {
  let stop: (value?: unknown) => void = () => undefined;
  let stopping = false;
  const over = new Promise((resolve) => (stop = resolve)).then(() => (stopping = true));
  const work = (async () => {
    while (!stopping) await once({ over });
  })();
  work.catch(() => undefined);
  return () => {
    stop();
    return work;
  };
}
