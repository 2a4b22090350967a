import { setTimeout as pause } from 'node:timers/promises';
import { SimulatorError } from './simulator-error.js';
import type { VehicleClient } from './vehicle-client.js';

const LOOK_EVERY_MS = 50;
const FIRST_CONNECT_WITHIN_MS = 10_000;
/** Vehicles that cannot connect do not keep the others from sending. */
const JOIN_SLACK_MS = 5_000;
const GOODBYE_WITHIN_MS = 3_000;

/** Connects one vehicle, to see that there is a broker. @throws SimulatorError if there is none. */
export async function firstConnected(
  clients: VehicleClient[],
  mqttUrl: string,
  signal?: AbortSignal,
): Promise<void> {
  const [first] = clients;
  if (!first) return;
  first.join();
  const connectedOrFailed = () => first.connected || first.lastReason !== '';
  await until(connectedOrFailed, FIRST_CONNECT_WITHIN_MS, signal);
  if (!first.connected) {
    const reason = first.lastReason || 'no answer';
    throw new SimulatorError(`The MQTT broker at ${withoutPassword(mqttUrl)} cannot be reached: ${reason}.`);
  }
}

/** Connects all, at the pace of their pacer, until they are or nobody waits for them any more. */
export async function joined(
  clients: VehicleClient[],
  connectsPerSecond: number,
  unwanted: () => boolean,
): Promise<void> {
  for (const client of clients) client.join();
  const expectedMs = (clients.length / connectsPerSecond) * 1000;
  await until(() => unwanted() || clients.every((client) => client.connected), expectedMs + JOIN_SLACK_MS);
}

/** @returns whether everything given to the clients was acknowledged in time. */
export function allAcknowledged(clients: VehicleClient[], withinMs: number): Promise<boolean> {
  return until(() => clients.every((client) => client.outstanding === 0), withinMs);
}

export async function endAll(clients: VehicleClient[]): Promise<void> {
  for (const client of clients) client.end();
  await until(() => clients.every((client) => !client.connected), GOODBYE_WITHIN_MS);
  for (const client of clients) client.leave();
}

async function until(reached: () => boolean, withinMs: number, signal?: AbortSignal): Promise<boolean> {
  const giveUpAt = performance.now() + withinMs;
  while (!reached()) {
    if (performance.now() >= giveUpAt) return false;
    await pause(LOOK_EVERY_MS, undefined, signal ? { signal } : {});
  }
  return true;
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
